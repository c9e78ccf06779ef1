// Reads text as a double, as C's strtod does and Redis with it: decimals, hexadecimals, infinities, no NaN. What
// commands take for a score, a weight, a coordinate or a bound comes through here. It knows no replies.
import { CommandError } from '../../base/errors.ts';
import { infinityOf } from '../../base/infinity.ts';
import { notAFloat } from '../../resp/errors.ts';
import type { Call } from '../call.ts';

const decimal = /^[+-]?(?:\d+\.?\d*|\.\d+)(?:[eE][+-]?\d+)?$/;
const hexadecimal = /^([+-]?)0x([0-9a-f]*)\.?([0-9a-f]*)(?:p([+-]?\d+))?$/i;
/** Digits of a whole number that a double holds, and of a power of ten that it holds exactly. */
const exactDigits = 15;
const powersOfTen = Array.from({ length: exactDigits + 1 }, (_, i) => 10 ** i);

/** The number that the bytes are the text of; NaN for anything else and for what a double cannot hold. */
export function parseDouble(buf: Buffer, offset: number, length: number): number {
  const value = parsePlain(buf, offset, length);
  return Number.isNaN(value) ? parseText(buf.toString('latin1', offset, offset + length), false) : value;
}

/** The same for a bound of a range, which may be beyond what a double can hold, and begin with spaces. */
export function parseBound(buf: Buffer, offset: number, length: number): number {
  const value = parsePlain(buf, offset, length);
  return Number.isNaN(value)
    ? parseText(buf.toString('latin1', offset, offset + length).trimStart(), true)
    : value;
}

/** Short decimals without an exponent; NaN for all others. A quotient of two exact doubles is correctly rounded. */
function parsePlain(buf: Buffer, offset: number, length: number): number {
  const end = offset + length;
  const isNegative = length > 0 && buf[offset] === 45;
  let digits = 0;
  let point = -1;
  let value = 0;
  for (let i = isNegative ? offset + 1 : offset; i < end; i++) {
    const digit = buf[i]! - 48;
    if (digit >= 0 && digit <= 9) {
      value = value * 10 + digit;
      digits += 1;
    } else if (digit === -2 && point < 0) point = digits;
    else return Number.NaN;
  }
  if (digits === 0 || digits > exactDigits) return Number.NaN;
  if (point >= 0) value /= powersOfTen[digits - point]!;
  return isNegative ? -value : value;
}

function parseText(text: string, isBound: boolean): number {
  if (decimal.test(text)) {
    const value = Number(text);
    const isTooSmall = value === 0 && /[1-9]/.test(text.replace(/[eE].*/, ''));
    return isBound || (Number.isFinite(value) && !isTooSmall) ? value : Number.NaN;
  }
  const infinite = infinityOf(text);
  if (infinite !== undefined) return infinite;
  const hex = hexadecimal.exec(text);
  if (hex === null) return Number.NaN;
  const [, sign, whole = '', fraction = '', exponent = '0'] = hex;
  if (whole === '' && fraction === '') return Number.NaN;
  const value = Number(`0x${whole}${fraction}`) * 2 ** (Number(exponent) - 4 * fraction.length);
  if (!Number.isFinite(value)) return Number.NaN;
  return sign === '-' ? -value : value;
}

/** Argument i as a double. Throws `message` for anything else. */
export function readScore(call: Call, i: number, message = notAFloat): number {
  const value = parseDouble(call.buf, call.offset(i), call.length(i));
  if (Number.isNaN(value)) throw new CommandError(message);
  return value;
}
