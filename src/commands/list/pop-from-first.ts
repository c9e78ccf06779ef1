// What LMPOP and BLMPOP share: their arguments from numkeys on, and the pop of several elements of the first list that has
// any.
import { CommandError } from '../../base/errors.ts';
import { countNotPositive, numKeysPositive } from '../../resp/errors.ts';
import type { Call } from '../call.ts';
import { readSide } from './move-element.ts';
import { openFirst } from './open-list.ts';
import { popMany } from './pop-elements.ts';

export interface PopOptions {
  readonly firstKey: number;
  readonly lastKey: number;
  readonly atFront: boolean;
  readonly count: number;
}

/** Reads `numkeys key [key ...] LEFT|RIGHT [COUNT count]` from argument i on. */
export function readPopOptions(call: Call, i: number): PopOptions {
  const numKeys = positive(call, i, numKeysPositive);
  const side = i + 1 + numKeys;
  if (side >= call.argc) call.syntaxError();
  const atFront = readSide(call, side);
  let count = 0;
  for (let k = side + 1; k < call.argc; k += 2) {
    if (count > 0 || !call.is(k, 'count') || k + 1 >= call.argc) call.syntaxError();
    count = positive(call, k + 1, countNotPositive);
  }
  return { firstKey: i + 1, lastKey: side - 1, atFront, count: Math.max(1, count) };
}

function positive(call: Call, i: number, message: string): number {
  const value = call.bigInteger(i, message);
  if (value < 1n) throw new CommandError(message);
  return Number(value);
}

/** Pops from the first list that exists and replies with its key and the elements; false, without a reply, where none does. */
export function popFromFirst(call: Call, options: PopOptions): boolean {
  const { firstKey, lastKey, atFront, count } = options;
  const key = openFirst(call, firstKey, lastKey);
  if (key === 0) return false;
  call.reply.array(2);
  call.reply.bulk(call.buf, call.offset(key), call.length(key));
  popMany(call, call.store.lists, atFront, count, key);
  return true;
}
