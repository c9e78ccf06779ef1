// The decimal digits of integers as bytes, eight at a time, as those fit the arithmetic of 32 bits. It knows nothing of
// signs: a negative number is its writer's business.
const zero = 48;
const eight = 100_000_000;

/** By its leading zero bits: the digits that a 32-bit number has at least. */
const digitsAtLeast = Uint8Array.from(
  { length: 33 },
  (_, zeros) => String(zeros === 32 ? 0 : 2 ** (31 - zeros)).length,
);
/** The smallest numbers of two digits, of three and so on, by the digits that they are just beyond. */
const powers = Int32Array.from({ length: 9 }, (_, digits) => 10 ** digits);

/**
 * Decimal digits of a safe integer that is not negative. By tables: a branch for each count would make V8 compile
 * whoever counts something anew each time that this has a digit more.
 */
export function digitCount(n: number): number {
  if (n >= eight) return 8 + digitCount(Math.floor(n / eight));
  const least = digitsAtLeast[Math.clz32(n)]!;
  return n < powers[least]! ? least : least + 1;
}

/** Writes the digits of a safe integer that is not negative so that they end at `end`; returns where they begin. */
export function writeDigits(n: number, out: Uint8Array, end: number): number {
  let p = end;
  let rest = n;
  while (rest >= eight) {
    const upper = Math.floor(rest / eight);
    let lower = (rest - upper * eight) | 0;
    const from = p - 8;
    while (p > from) {
      const next = (lower / 10) | 0;
      out[--p] = zero + lower - next * 10;
      lower = next;
    }
    rest = upper;
  }
  let small = rest | 0;
  do {
    const next = (small / 10) | 0;
    out[--p] = zero + small - next * 10;
    small = next;
  } while (small > 0);
  return p;
}
