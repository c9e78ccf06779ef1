// What LMOVE, RPOPLPUSH and their blocking forms share: the value is inserted at its new place, which alone can fail,
// and then the old element removed.
import type { ReplyWriter } from '../../resp/reply-writer.ts';
import type { Call } from '../call.ts';
import { openFirst, openList } from './open-list.ts';
import { tellOfPop } from './pop-elements.ts';

/** The end of a list that argument i names. Throws a syntax error for anything but LEFT and RIGHT. */
export function readSide(call: Call, i: number): boolean {
  if (call.is(i, 'left')) return true;
  if (!call.is(i, 'right')) call.syntaxError();
  return false;
}

/**
 * Waits for the list in argument 1. A destination of another type ends the wait with an error; a source of another type
 * does not: `openFirst`.
 */
export function waitToMove(call: Call, timeoutMs: number): void {
  const onTimeout = (reply: ReplyWriter): void => {
    // In a transaction nobody has waited: there is no element, as for LMOVE.
    if (call.inTransaction) reply.nil();
    else reply.nilArray();
  };
  call.block({ firstKey: 1, lastKey: 1, timeoutMs, onTimeout });
}

/**
 * Moves an element from one end of the list in argument 1 to one end of the list in argument 2 and replies with it;
 * false, without a reply, where there is no such list.
 */
export function moveElement(call: Call, fromFront: boolean, toFront: boolean): boolean {
  if (openFirst(call, 1, 1) === 0) return false;
  const { lists } = call.store;
  lists.reader.readEnd(fromFront);
  const { value } = lists.reader;
  const moved = Buffer.from(value.bytes.subarray(value.offset, value.offset + value.length));
  call.reply.bulk(moved, 0, moved.length);
  openList(call, 2);
  if (call.sameBytes(1, 2) && fromFront === toFront) call.touch(1);
  else {
    lists.push(toFront, moved, 0, moved.length);
    openList(call, 1).pop(fromFront);
  }
  call.notify(toFront ? 'lpush' : 'rpush', 2);
  tellOfPop(call, lists, fromFront, 1);
  return true;
}
