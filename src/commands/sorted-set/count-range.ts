// Counts the elements of a range in O(log n): the body of ZCOUNT and ZLEXCOUNT.
import type { Call } from '../call.ts';
import { openToRead } from './find-sorted-set.ts';
import { placeRange, type RangeKind, readRange } from './range.ts';

/** Of the key in argument 1, between arguments 2 and 3. */
export function countRange(call: Call, kind: RangeKind): void {
  const range = readRange(call, kind, 2, 3);
  const cursor = openToRead(call, 1);
  if (cursor === undefined) {
    call.reply.integer(0);
    return;
  }
  const { first, end } = placeRange(call, range, cursor);
  call.reply.integer(end - first);
}
