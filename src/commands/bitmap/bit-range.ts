// The range `start end [BYTE | BIT]` of BITCOUNT and BITPOS over a string: read from the arguments, then fitted to a
// length and given in bits. It knows neither what is counted nor what is looked for.
import type { Call } from '../call.ts';

export interface BitRange {
  /** As given: negative ones count from the end. Undefined: not given. */
  readonly start: number | undefined;
  readonly end: number | undefined;
  readonly inBits: boolean;
}

/** The range in arguments `i`, `i + 1` and `i + 2`; `endOptional`: a start may stand alone. */
export function readBitRange(call: Call, i: number, endOptional: boolean): BitRange {
  const given = call.argc - i;
  if (given <= 0) return { start: undefined, end: undefined, inBits: false };
  if (given > 3 || (given === 1 && !endOptional)) call.syntaxError();
  const start = Number(call.bigInteger(i));
  const end = given > 1 ? Number(call.bigInteger(i + 1)) : undefined;
  const inBits = given === 3 && call.is(i + 2, 'bit');
  if (given === 3 && !inBits && !call.is(i + 2, 'byte')) call.syntaxError();
  return { start, end, inBits };
}

/** The range in bits, [first, end), of a string of `bytes` bytes; empty where first >= end. */
export function fitBitRange(range: BitRange, bytes: number): { first: number; end: number } {
  const unit = range.inBits ? 1 : 8;
  const length = (bytes * 8) / unit;
  const { start = 0, end = -1 } = range;
  const first = Math.max(0, start < 0 ? length + start : start);
  const last = Math.min(length - 1, Math.max(0, end < 0 ? length + end : end));
  return { first: first * unit, end: (last + 1) * unit };
}
