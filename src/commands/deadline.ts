// Reads times: the options EX, PX, EXAT and PXAT that several commands share, and the arguments of EXPIRE and its kin,
// as one absolute time in Unix ms. Ranges are Redis's 64-bit ones; what lies beyond the store's 53 bits (the year
// 287396) is brought to its end, so such a deadline is as good as none but reads back smaller.
import { CommandError } from '../base/errors.ts';
import { invalidExpire } from '../resp/errors.ts';
import { int64Max, int64Min, parseSafeInt } from '../store/number.ts';
import type { Call } from './call.ts';

/** The latest deadline that the store keeps, Unix ms. */
export const deadlineMsMax = 2 ** 53 - 1;
/** Times of a smaller magnitude are counted in doubles without loss. */
const exactMax = 1e12;

/** The four options that state a deadline; 0 = none of them. */
export const DeadlineOption = { none: 0, ex: 1, px: 2, exat: 3, pxat: 4 } as const;
export type DeadlineOption = (typeof DeadlineOption)[keyof typeof DeadlineOption];

/** Which option argument `i` is, if a value follows it. */
export function deadlineOption(call: Call, i: number): DeadlineOption {
  if (i + 1 >= call.argc) return DeadlineOption.none;
  if (call.is(i, 'ex')) return DeadlineOption.ex;
  if (call.is(i, 'px')) return DeadlineOption.px;
  if (call.is(i, 'exat')) return DeadlineOption.exat;
  return call.is(i, 'pxat') ? DeadlineOption.pxat : DeadlineOption.none;
}

/** The deadline that an option with its value in argument `i` states. Throws Redis's error for none or one below 1. */
export function optionDeadline(call: Call, option: DeadlineOption, i: number): number {
  const isSeconds = option === DeadlineOption.ex || option === DeadlineOption.exat;
  const isRelative = option === DeadlineOption.ex || option === DeadlineOption.px;
  return readDeadline(call, i, isSeconds, isRelative, true);
}

/**
 * The time in argument `i` as Unix ms. Throws where it is no integer, leaves 64 bits or, with `positive`, is below 1.
 * Without `positive` the result may lie in the past or before 1970.
 */
export function readDeadline(
  call: Call,
  i: number,
  isSeconds: boolean,
  isRelative: boolean,
  positive: boolean,
): number {
  const { nowMs } = call.store;
  const small = parseSafeInt(call.buf, call.offset(i), call.length(i));
  if (small !== undefined && small < exactMax && small > (positive ? 0 : -exactMax)) {
    return (isSeconds ? small * 1000 : small) + (isRelative ? nowMs : 0);
  }
  const time = call.bigInteger(i);
  const unit = isSeconds ? 1000n : 1n;
  const ms = time * unit + (isRelative ? BigInt(nowMs) : 0n);
  const isOut = time > int64Max / unit || time < int64Min / unit || ms > int64Max;
  if (isOut || (positive && time <= 0n)) throw new CommandError(invalidExpire(call.name));
  return Math.max(-deadlineMsMax, Math.min(deadlineMsMax, Number(ms)));
}

/** Gives the key in argument 1, whose entry is at `at`, a deadline; one that has passed removes the key. */
export function applyDeadline(call: Call, at: number, deadlineMs: number): void {
  const { store } = call;
  if (deadlineMs <= store.nowMs) {
    call.removeKey(1);
    call.notify('del', 1);
    return;
  }
  store.expireAt(call.keyspace, call.hashOf(1), at, deadlineMs);
  call.notify('expire', 1);
}

/** Takes away the deadline of the key in argument 1, whose entry is at `at`; false where it has none. */
export function removeDeadline(call: Call, at: number): boolean {
  const { store } = call;
  if (store.entries.deadline(at) === 0) return false;
  store.expireAt(call.keyspace, call.hashOf(1), at, 0);
  call.notify('persist', 1);
  return true;
}
