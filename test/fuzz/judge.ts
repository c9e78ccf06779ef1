// What to make of two replies to one request: whether they are the same, or differ as they are known to.
import { parseReply } from '../commands/parse-reply.ts';
import { same } from './compare.ts';
import type { Request } from './grammar.ts';
import { knownDifferences } from './known-differences.ts';

/** `over`: known to be different, and the servers may hold different data from here on. */
export type Verdict = 'same' | 'different' | 'over';

export function judge(request: Request, queued: readonly Request[], ours: Buffer, theirs: Buffer): Verdict {
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
