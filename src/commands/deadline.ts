// Reads the options EX, PX, EXAT and PXAT, which several commands share, as one absolute time in Unix ms.
// Whether that time has passed already is for the command to judge.
import { CommandError } from '../base/errors.ts';
import { invalidExpire } from '../resp/errors.ts';
import type { Call } from './call.ts';

/** Deadlines end here (the year 2255), so that they stay exact in the store's 53 bits. */
export const deadlineMsMax = 2 ** 53 - 1;

/**
 * The deadline that the option at argument `i` and its value state; undefined where `i` is no such option or has no
 * value. Throws Redis's error for a time that is none or not positive.
 */
export function readDeadline(call: Call, i: number): number | undefined {
  const isSeconds = call.is(i, 'ex') || call.is(i, 'exat');
  const isMs = call.is(i, 'px') || call.is(i, 'pxat');
  if (!(isSeconds || isMs) || i + 1 >= call.argc) return undefined;
  const isRelative = call.length(i) === 2;
  return absoluteDeadline(call, call.bigInteger(i + 1), isSeconds, isRelative, true);
}

/** Turns a time into Unix ms. Throws where it is out of range or, with `positive`, not above zero. */
export function absoluteDeadline(
  call: Call,
  time: bigint,
  isSeconds: boolean,
  isRelative: boolean,
  positive: boolean,
): number {
  const ms = (isSeconds ? time * 1000n : time) + (isRelative ? BigInt(call.store.nowMs) : 0n);
  const invalid = (positive && time <= 0n) || ms > BigInt(deadlineMsMax) || ms < -BigInt(deadlineMsMax);
  if (invalid) throw new CommandError(invalidExpire(call.name));
  return Number(ms);
}
