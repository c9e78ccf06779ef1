// Replies with a run of elements, straight from the arena: members alone, or with their scores, in RESP3 as pairs.
import type { SortedSetCursor } from '../../store/sorted-set-cursor.ts';
import type { Call } from '../call.ts';
import type { Work } from '../large-work.ts';
import { openToWrite } from './find-sorted-set.ts';
import type { Ranks } from './range.ts';

/** The elements of some ranks, from the last one backwards where `reverse`. */
export function replyElements(
  call: Call,
  cursor: SortedSetCursor,
  ranks: Ranks,
  reverse: boolean,
  withScores: boolean,
): void {
  const count = ranks.end - ranks.first;
  replyElementsHeader(call, count, withScores);
  if (count > 0) replyRun(call, cursor, ranks, reverse, withScores);
}

/** The same without the array's header; there are some. */
export function replyRun(
  call: Call,
  cursor: SortedSetCursor,
  ranks: Ranks,
  reverse: boolean,
  withScores: boolean,
): void {
  const { reply } = call;
  const count = ranks.end - ranks.first;
  cursor.seekRank(reverse ? ranks.end : ranks.first);
  for (let i = 0; i < count; i++) {
    if (reverse) cursor.previous();
    else cursor.next();
    if (withScores) replyPair(call, cursor);
    else reply.bulk(cursor.u8, cursor.memberOffset, cursor.memberLength);
  }
}

/** All of it in slices, of the set of the key in argument i. */
export function* replyInSlices(
  call: Call,
  i: number,
  { first, end }: Ranks,
  reverse: boolean,
  withScores: boolean,
): Work {
  replyElementsHeader(call, end - first, withScores);
  for (let done = 0; done < end - first; done += call.sliceSizes.elements) {
    if (done > 0) yield;
    const cursor = openToWrite(call, i);
    if (cursor === undefined) return false;
    const part = Math.min(call.sliceSizes.elements, end - first - done);
    const from = reverse ? end - done - part : first + done;
    replyRun(call, cursor, { first: from, end: from + part }, reverse, withScores);
  }
  return true;
}

/** The header of an array of so many elements. */
export function replyElementsHeader(call: Call, count: number, withScores: boolean): void {
  const { reply } = call;
  reply.array(withScores && reply.protocol === 2 ? count * 2 : count);
}

/** The element under the cursor with its score, in RESP2 without a frame. */
export function replyPair(call: Call, cursor: SortedSetCursor): void {
  const { reply } = call;
  if (reply.protocol === 3) reply.array(2);
  reply.bulk(cursor.u8, cursor.memberOffset, cursor.memberLength);
  reply.double(cursor.score);
}
