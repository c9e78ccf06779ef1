// Integers of 1 to 64 bits at any bit of a range of bytes, and what happens to a value that does not fit: the
// arithmetic of BITFIELD. It knows no strings and no commands; bit 0 is the highest of the first byte.

export interface Field {
  readonly signed: boolean;
  readonly bits: number;
  /** In bits. */
  readonly offset: number;
}

/** What becomes of a value that does not fit. */
export const Overflow = { wrap: 0, sat: 1, fail: 2 } as const;
export type Overflow = (typeof Overflow)[keyof typeof Overflow];

/** The integer in the field, which must lie within the bytes. */
export function readField(bytes: Uint8Array, field: Field): bigint {
  let value = 0n;
  const last = field.offset + field.bits - 1;
  for (let i = field.offset >>> 3; i <= last >>> 3; i++) value = (value << 8n) | BigInt(bytes[i]!);
  value >>= BigInt(7 - (last & 7));
  return field.signed ? BigInt.asIntN(field.bits, value) : BigInt.asUintN(field.bits, value);
}

/** Writes the lower bits of `value` into the field. */
export function writeField(bytes: Uint8Array, field: Field, value: bigint): void {
  let rest = BigInt.asUintN(field.bits, value);
  for (let bit = field.offset + field.bits - 1; bit >= field.offset; ) {
    const i = bit >>> 3;
    const low = 7 - (bit & 7);
    const width = Math.min(8 - low, bit - field.offset + 1);
    const mask = ((1 << width) - 1) << low;
    bytes[i] = (bytes[i]! & ~mask) | ((Number(rest & 0xffn) << low) & mask);
    rest >>= BigInt(width);
    bit -= width;
  }
}

function rangeOf(field: Field): { min: bigint; max: bigint } {
  const bits = BigInt(field.bits);
  return field.signed
    ? { min: -(1n << (bits - 1n)), max: (1n << (bits - 1n)) - 1n }
    : { min: 0n, max: (1n << bits) - 1n };
}

function fit(field: Field, value: bigint, overflow: Overflow): bigint | undefined {
  const { min, max } = rangeOf(field);
  if (value >= min && value <= max) return value;
  if (overflow === Overflow.fail) return undefined;
  if (overflow === Overflow.sat) return value > max ? max : min;
  return BigInt.asUintN(field.bits, value);
}

/**
 * What SET writes: undefined = nothing. A negative operand of an unsigned field is its 64-bit two's complement, as in
 * Redis, so it is too large, never too small.
 */
export function applySet(field: Field, operand: bigint, overflow: Overflow): bigint | undefined {
  return fit(field, field.signed ? operand : BigInt.asUintN(64, operand), overflow);
}

/** What INCRBY writes: undefined = nothing. */
export function applyIncrement(
  field: Field,
  old: bigint,
  by: bigint,
  overflow: Overflow,
): bigint | undefined {
  return fit(field, old + by, overflow);
}
