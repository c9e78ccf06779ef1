// Takes elements from either end of a sorted set and replies with them: the common part of ZPOPMIN, ZMPOP and the
// commands that wait for elements. The frame of the reply is the command's.
import type { SortedSetCursor } from '../../store/sorted-set-cursor.ts';
import type { Call } from '../call.ts';

/** `count`, at most all, from the set of the key in argument i, that the cursor is on. `isNested`: as pairs. */
export function popElements(
  call: Call,
  i: number,
  cursor: SortedSetCursor,
  count: number,
  highest: boolean,
  isNested: boolean,
): void {
  const isAll = count === cursor.size;
  takeElements(call, cursor, count, highest, isNested);
  tellPopped(call, i, highest, isAll);
}

export function tellPopped(call: Call, i: number, highest: boolean, isAll: boolean): void {
  call.notify(highest ? 'zpopmax' : 'zpopmin', i);
  if (isAll) call.notify('del', i);
}

/** The same, with nobody told. */
export function takeElements(
  call: Call,
  cursor: SortedSetCursor,
  count: number,
  highest: boolean,
  isNested: boolean,
): void {
  const { store, reply } = call;
  const { size } = cursor;
  cursor.seekRank(highest ? size : 0);
  for (let n = 0; n < count; n++) {
    if (highest) cursor.previous();
    else cursor.next();
    if (isNested) reply.array(2);
    reply.bulk(cursor.u8, cursor.memberOffset, cursor.memberLength);
    reply.double(cursor.score);
  }
  const first = highest ? size - count : 0;
  store.sortedSets.removeRanks(first, first + count);
}
