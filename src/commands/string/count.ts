// What the INCR family shares: one count on a key and its new value as the reply. Sums are 64-bit; numbers up to 2^53
// stay doubles all the way, so the common case makes no object.
import { parseSafeInt } from '../../store/number.ts';
import type { Call } from '../call.ts';

/** Adds to the counter of the key in argument 1 and replies with its new value. */
export function replyCount(call: Call, by: number | bigint): void {
  const value = call.store.strings.count(call.keyspace, call.buf, call.offset(1), call.length(1), by);
  call.notify('incrby', 1);
  if (typeof value === 'number') call.reply.integer(value);
  else call.reply.integerBig(value);
}

/** Argument i as a 64-bit integer: a number where it is safe. Throws Redis's error for anything else. */
export function readIncrement(call: Call, i: number): number | bigint {
  return parseSafeInt(call.buf, call.offset(i), call.length(i)) ?? call.bigInteger(i);
}
