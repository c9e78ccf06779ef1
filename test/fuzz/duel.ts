// One stream of requests against two servers, from a fresh start of both: where their answers differ first, and the
// shortest part of the stream that still shows it.
import { parseReply } from '../commands/parse-reply.ts';
import type { OracleClient } from '../commands/redis-oracle.ts';
import { same } from './compare.ts';
import type { Request } from './grammar.ts';
import { knownDifferences } from './known-differences.ts';

export interface Difference {
  /** The requests that lead to it; the last is the one that is answered differently. */
  readonly requests: readonly Request[];
  readonly ours: Buffer;
  readonly theirs: Buffer;
}

const replyMsMax = 20_000;

export class Duel {
  private readonly ours: OracleClient;
  private readonly theirs: OracleClient;
  readonly protocol: 2 | 3;

  constructor(ours: OracleClient, theirs: OracleClient, protocol: 2 | 3) {
    this.ours = ours;
    this.theirs = theirs;
    this.protocol = protocol;
  }

  /** The first difference, or undefined. */
  async run(requests: readonly Request[]): Promise<Difference | undefined> {
    const before: Request[] = [
      ['DISCARD'],
      ['UNWATCH'],
      ['HELLO', String(this.protocol)],
      ['SELECT', '0'],
      ['FLUSHALL'],
    ];
    const all = [...before, ...requests];
    const [ours, theirs] = await Promise.all([
      inTime('ours', this.ours.run(all), requests),
      inTime('theirs', this.theirs.run(all), requests),
    ]);
    let queued: Request[] = [];
    for (let i = 0; i < requests.length; i++) {
      const request = requests[i]!;
      const a = ours[before.length + i]!;
      const b = theirs[before.length + i]!;
      const verdict = judge(request, queued, a, b);
      if (verdict === 'over') return undefined;
      if (verdict === 'different') return { requests: requests.slice(0, i + 1), ours: a, theirs: b };
      if (b.toString('latin1') === '+QUEUED\r\n') queued.push(request);
      else if (/^(exec|discard)$/i.test(request[0] ?? '')) queued = [];
    }
    return undefined;
  }

  /** Leaves out what the difference does not need. */
  async shrink(found: Difference): Promise<Difference> {
    let best = found;
    for (let size = Math.ceil(best.requests.length / 2); size >= 1; size = Math.floor(size / 2)) {
      for (let at = best.requests.length - 1 - size; at >= 0; at -= size) {
        const fewer = [...best.requests.slice(0, at), ...best.requests.slice(at + size)];
        const again = await this.run(fewer);
        if (again !== undefined && nameOf(again) === nameOf(found)) best = again;
      }
    }
    return best;
  }
}

/** `over`: known to be different, and the servers may hold different data from here on. */
type Verdict = 'same' | 'different' | 'over';

function judge(request: Request, queued: readonly Request[], ours: Buffer, theirs: Buffer): Verdict {
  const inner = /^exec$/i.test(request[0] ?? '') ? [itemsOf(ours), itemsOf(theirs)] : [undefined, undefined];
  const [a, b] = inner;
  if (a !== undefined && b !== undefined && a.length === b.length && a.length === queued.length) {
    const verdicts = queued.map((one, i) => judge(one, [], a[i]!, b[i]!));
    return verdicts.find((verdict) => verdict !== 'same') ?? 'same';
  }
  // What was taken at random is not the same on both sides.
  if (/^spop$/i.test(request[0] ?? '') && same(request, ours, theirs) && !ours.equals(theirs)) return 'over';
  if (same(request, ours, theirs)) return 'same';
  const [textA, textB] = [ours.toString('latin1'), theirs.toString('latin1')];
  const known = knownDifferences.find(({ fits }) => fits(request, textA, textB));
  if (known === undefined) return 'different';
  return known.harmless ? 'same' : 'over';
}

/** The items of an array, as bytes each; undefined where it is none. */
function itemsOf(reply: Buffer): Buffer[] | undefined {
  if (reply[0] !== '*'.charCodeAt(0)) return undefined;
  const items: Buffer[] = [];
  let from = reply.indexOf('\r\n') + 2;
  while (from < reply.length) {
    const end = parseReply(reply, from)?.end ?? reply.length;
    items.push(reply.subarray(from, end));
    from = end;
  }
  return items;
}

function nameOf({ requests }: Difference): string | undefined {
  return requests.at(-1)?.[0];
}

function inTime<T>(who: string, promise: Promise<T>, requests: readonly Request[]): Promise<T> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<never>((_, reject) => {
    const tooLate = (): void => {
      const stream = requests.map((request) => JSON.stringify(request)).join('\n');
      reject(new Error(`${who}: no reply within ${replyMsMax} ms to\n${stream}`));
    };
    timer = setTimeout(tooLate, replyMsMax);
  });
  return Promise.race([promise, late]).finally(() => clearTimeout(timer));
}
