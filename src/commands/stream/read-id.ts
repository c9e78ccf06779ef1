// Ids of stream entries as arguments, with Redis's words for what is none.
import { CommandError } from '../../base/errors.ts';
import type { StreamId } from '../../delta/stream-id.ts';
import { badStreamId, badStreamInterval } from '../../resp/errors.ts';
import type { Call } from '../call.ts';

const openBracket = 40;
const dash = 45;
const plus = 43;

/** Argument i as an id: `ms-seq`, or `ms`, which stands for the first or with `isLast` the last one of that time. */
export function readId(call: Call, i: number, into: StreamId, isLast = false): StreamId {
  if (!into.parse(call.buf, call.offset(i), call.length(i), isLast)) throw new CommandError(badStreamId);
  return into;
}

/**
 * Argument i as the start of an interval or (`isEnd`) its end: an id, `-` or `+`, or behind `(` an id that is left out.
 */
export function readBound(call: Call, i: number, into: StreamId, isEnd: boolean): StreamId {
  const offset = call.offset(i);
  const length = call.length(i);
  const first = call.buf[offset];
  if (length === 1 && first === dash) return into.set(0, 0, 0, 0);
  if (length === 1 && first === plus) return into.setMax();
  if (length < 2 || first !== openBracket) return readId(call, i, into, isEnd);
  if (!into.parse(call.buf, offset + 1, length - 1, isEnd)) throw new CommandError(badStreamId);
  if (!(isEnd ? into.decrement() : into.increment()))
    throw new CommandError(badStreamInterval(isEnd ? 'end' : 'start'));
  return into;
}
