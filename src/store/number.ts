// Numbers as Redis's string commands see them: canonical 64-bit integers, and exact decimals for INCRBYFLOAT, so that
// sums from many nodes add up the same in any order. It knows text and bigint only.

export const int64Max = 2n ** 63n - 1n;
export const int64Min = -(2n ** 63n);
/** Digits after the point that a decimal keeps, as Redis's `%.17Lf`. */
const fractionDigitsMax = 17;
const decimalPattern = /^([+-]?)(\d{0,330})(?:\.(\d*))?(?:[eE]([+-]?\d{1,4}))?$/;
const magnitudeDigitsMax = 309;

/** Whether the bytes are the canonical text of a 64-bit integer: no leading zeros, no plus, no minus zero. */
export function isCanonicalInt(buf: Uint8Array, offset: number, length: number): boolean {
  if (length === 0 || length > 20) return false;
  let p = offset;
  const end = offset + length;
  const negative = buf[p] === 45;
  if (negative) p += 1;
  const digits = end - p;
  if (digits === 0 || digits > 19) return false;
  const first = buf[p]!;
  if (first === 48) return digits === 1 && !negative;
  for (let i = p; i < end; i++) if (buf[i]! < 48 || buf[i]! > 57) return false;
  if (digits < 19) return true;
  const value = BigInt(Buffer.from(buf.buffer, buf.byteOffset + offset, length).toString('latin1'));
  return value <= int64Max && value >= int64Min;
}

/** The integer that canonical text stands for, or undefined. */
export function parseInt64(buf: Uint8Array, offset: number, length: number): bigint | undefined {
  if (!isCanonicalInt(buf, offset, length)) return undefined;
  return BigInt(Buffer.from(buf.buffer, buf.byteOffset + offset, length).toString('latin1'));
}

/** The small integer (|n| <= 2^53 - 1) that canonical text stands for, or undefined for anything else. */
export function parseSafeInt(buf: Uint8Array, offset: number, length: number): number | undefined {
  if (length === 0 || length > 16) return undefined;
  let p = offset;
  const end = offset + length;
  const negative = buf[p] === 45;
  if (negative) p += 1;
  if (p === end || end - p > 15 || (buf[p] === 48 && (end - p > 1 || negative))) return undefined;
  let value = 0;
  for (; p < end; p++) {
    const d = buf[p]! - 48;
    if (d < 0 || d > 9) return undefined;
    value = value * 10 + d;
  }
  return negative ? -value : value;
}

const decimalBytesMax = 5 * 1024;

/** A decimal as an integer scaled by 10^17. */
export type Decimal = bigint;
const scale = 10n ** BigInt(fractionDigitsMax);

/** Reads decimal text (`1.5`, `-3e2`); undefined when it is none or too large for a double. */
export function parseDecimal(text: string): Decimal | undefined {
  const match = decimalPattern.exec(text);
  if (match === null) return undefined;
  const [, sign, whole = '', fraction = '', exponentText = '0'] = match;
  if (whole === '' && fraction === '') return undefined;
  const exponent = Number(exponentText);
  const digits = (whole + fraction.slice(0, 400)).replace(/^0+/, '');
  if (digits === '') return 0n;
  const shift = exponent - Math.min(fraction.length, 400) + fractionDigitsMax;
  if (digits.length + exponent - Math.min(fraction.length, 400) > magnitudeDigitsMax) return undefined;
  if (shift < -digits.length - 1) return 0n;
  const magnitude =
    shift >= 0 ? BigInt(digits) * 10n ** BigInt(shift) : roundedQuotient(BigInt(digits), -shift);
  return sign === '-' ? -magnitude : magnitude;
}

/** The same of bytes; undefined too where they are longer than Redis takes for a number. */
export function parseDecimalBytes(bytes: Uint8Array): Decimal | undefined {
  if (bytes.length > decimalBytesMax) return undefined;
  return parseDecimal(Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length).toString('latin1'));
}

function roundedQuotient(value: bigint, digits: number): bigint {
  const divisor = 10n ** BigInt(digits);
  return (value + divisor / 2n) / divisor;
}

/** A decimal of a 64-bit integer. */
export function decimalOf(value: bigint): Decimal {
  return value * scale;
}

/** The shortest exact text of a decimal: no exponent, no trailing zeros. */
export function formatDecimal(value: Decimal): string {
  const negative = value < 0n;
  const digits = (negative ? -value : value).toString().padStart(fractionDigitsMax + 1, '0');
  const whole = digits.slice(0, -fractionDigitsMax);
  const fraction = digits.slice(-fractionDigitsMax).replace(/0+$/, '');
  return `${negative ? '-' : ''}${whole}${fraction === '' ? '' : `.${fraction}`}`;
}

/** Whether a decimal stays below the largest magnitude kept. */
export function decimalFits(value: Decimal): boolean {
  return formatDecimal(value < 0n ? -value : value).split('.')[0]!.length <= magnitudeDigitsMax;
}
