// Reads how long a blocking command may wait, with Redis's words for what is no such time. The result is in ms, rounded
// up; 0 means for ever.
import { CommandError } from '../base/errors.ts';
import type { Call } from './call.ts';
import { parseDouble } from './sorted-set/read-score.ts';

const notAFloatTimeout = 'ERR timeout is not a float or out of range';
const notAnIntegerTimeout = 'ERR timeout is not an integer or out of range';
const negative = 'ERR timeout is negative';
const outOfRange = 'ERR timeout is out of range';

/** Argument i as seconds with a fraction: BLPOP and its kin. */
export function readTimeoutSeconds(call: Call, i: number): number {
  const seconds = parseDouble(call.buf, call.offset(i), call.length(i));
  if (Number.isNaN(seconds)) throw new CommandError(notAFloatTimeout);
  return checked(Math.ceil(seconds * 1000));
}

/** Argument i as ms: XREAD BLOCK. */
export function readTimeoutMs(call: Call, i: number): number {
  return checked(call.integer(i, notAnIntegerTimeout));
}

function checked(ms: number): number {
  if (ms < 0) throw new CommandError(negative);
  if (ms > Number.MAX_SAFE_INTEGER) throw new CommandError(outOfRange);
  return ms;
}
