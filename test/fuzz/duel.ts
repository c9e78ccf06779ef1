// One stream of requests against two servers, from a fresh start of both: where their answers differ first, and the
// shortest part of the stream that still shows it.
import type { OracleClient } from '../commands/redis-oracle.ts';
import type { Ears } from './ears.ts';
import { exchange } from './exchange.ts';
import type { Request } from './grammar.ts';
import { judge } from './judge.ts';

export interface Difference {
  /** The requests that lead to it; the last is the one that is answered differently. */
  readonly requests: readonly Request[];
  readonly ours: Buffer;
  readonly theirs: Buffer;
}

const replyMsMax = 20_000;

export interface Side {
  readonly client: OracleClient;
  readonly ears: Ears;
}

export interface Manner {
  readonly protocol: 2 | 3;
  /** Keys that each request is watched at: it is followed by a transaction, which fails where it has touched one. */
  readonly watched?: readonly string[] | undefined;
  /** Keys that go to the other server at the end. */
  readonly exchanged?: readonly string[] | undefined;
}

export class Duel {
  private readonly ours: Side;
  private readonly theirs: Side;
  readonly manner: Manner;

  constructor(ours: Side, theirs: Side, manner: Manner) {
    this.ours = ours;
    this.theirs = theirs;
    this.manner = manner;
  }

  /** The first difference, or undefined. */
  async run(plain: readonly Request[]): Promise<Difference | undefined> {
    const { watched } = this.manner;
    const requests =
      watched === undefined ? plain : plain.flatMap((request) => whileWatched(request, watched));
    const before: Request[] = [
      ['DISCARD'],
      ['UNWATCH'],
      ['HELLO', String(this.manner.protocol)],
      ['SELECT', '0'],
      ['FLUSHALL'],
    ];
    const all = [...before, ...requests];
    const [ours, theirs] = await Promise.all([
      inTime('ours', this.ours.client.run(all), requests),
      inTime('theirs', this.theirs.client.run(all), requests),
    ]);
    const [weTell, theyTell] = [await this.ours.ears.heard(), await this.theirs.ears.heard()];
    let queued: Request[] = [];
    for (let i = 0; i < requests.length; i++) {
      const request = requests[i]!;
      const a = ours[before.length + i]!;
      const b = theirs[before.length + i]!;
      const verdict = judge(this.judgedAt(plain, requests, i), queued, a, b);
      if (verdict === 'over') return undefined;
      if (verdict === 'different')
        return { requests: plain.slice(0, this.plainAt(i) + 1), ours: a, theirs: b };
      if (b.toString('latin1') === '+QUEUED\r\n') queued.push(request);
      else if (/^(exec|discard)$/i.test(request[0] ?? '')) queued = [];
    }
    return this.compareEvents(plain, weTell, theyTell) ?? (await this.exchange(plain));
  }

  /** Which of the plain requests the one at `i` belongs to. */
  private plainAt(i: number): number {
    return this.manner.watched === undefined ? i : Math.floor(i / whileWatched([], []).length);
  }

  /** A transaction that says whether a key was touched is judged by the request that may have touched it. */
  private judgedAt(plain: readonly Request[], requests: readonly Request[], i: number): Request {
    const isAnswer = this.manner.watched !== undefined && i % whileWatched([], []).length === 3;
    return isAnswer ? ['watched', ...plain[this.plainAt(i)]!] : requests[i]!;
  }

  private compareEvents(
    requests: readonly Request[],
    ours: readonly string[],
    theirs: readonly string[],
  ): Difference | undefined {
    const at = theirs.findIndex((event, i) => ours[i] !== event);
    const first = at < 0 ? theirs.length : at;
    if (ours[first] === theirs[first] || isKnown(requests, ours[first], theirs[first])) return undefined;
    const told = (events: readonly string[]): Buffer =>
      Buffer.from(`event ${events.slice(first, first + 3).join(', ')}`, 'latin1');
    return { requests, ours: told(ours), theirs: told(theirs) };
  }

  private async exchange(requests: readonly Request[]): Promise<Difference | undefined> {
    const { exchanged = [] } = this.manner;
    const [a, b] = [this.ours.client, this.theirs.client];
    const out = await exchange(a, b, exchanged);
    const back = out === undefined ? await exchange(b, a, exchanged) : undefined;
    await Promise.all([this.ours.ears.heard(), this.theirs.ears.heard()]);
    if (out !== undefined)
      return { requests: [...requests, ...out.requests], ours: out.before, theirs: out.after };
    if (back === undefined) return undefined;
    return { requests: [...requests, ...back.requests], ours: back.after, theirs: back.before };
  }

  /** Leaves out what the difference does not need. */
  async shrink(found: Difference): Promise<Difference> {
    let best = await this.shortest(found);
    const name = nameOf(best);
    for (let size = Math.ceil(best.requests.length / 2); size >= 1; size = Math.floor(size / 2)) {
      for (let at = best.requests.length - 1 - size; at >= 0; at -= size) {
        const fewer = [...best.requests.slice(0, at), ...best.requests.slice(at + size)];
        const again = await this.run(fewer);
        if (again !== undefined && nameOf(again) === name) best = again;
      }
    }
    return best;
  }

  /** Events tell at the end only that something differed: the shortest beginning that shows it. */
  private async shortest(found: Difference): Promise<Difference> {
    let best = found;
    for (let [below, above] = [0, found.requests.length]; above - below > 1; ) {
      const length = (below + above) >> 1;
      const again = await this.run(found.requests.slice(0, length));
      if (again === undefined) below = length;
      else [best, above] = [again, Math.min(length, again.requests.length)];
    }
    return best;
  }
}

/** A consumer that Redis 7.0 does not make, a deadline that has just passed, a miss where an argument is wrong. */
function isKnown(requests: readonly Request[], ours = '', theirs = ''): boolean {
  if (/^(xgroup-createconsumer|h?expired) /.test(ours) || /^h?expired /.test(theirs)) return true;
  return theirs.startsWith('keymiss ') && requests.some(([name = '']) => /^xautoclaim$/i.test(name));
}

/** Whether it touches a key that is watched, by what a transaction behind it says. */
function whileWatched(request: Request, keys: readonly string[]): Request[] {
  return [['WATCH', ...keys], request, ['MULTI'], ['EXEC']];
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
