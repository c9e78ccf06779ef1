// The decimal digits of integers as bytes, eight at a time, as those fit the arithmetic of 32 bits. It knows nothing of
// signs: a negative number is its writer's business.
const zero = 48;
const eight = 100_000_000;

/** Decimal digits of a safe integer that is not negative. */
export function digitCount(n: number): number {
  if (n < 10) return 1;
  if (n < 100) return 2;
  if (n < 1000) return 3;
  if (n < 10_000) return 4;
  if (n >= eight) return 8 + digitCount(Math.floor(n / eight));
  if (n < 1_000_000) return n < 100_000 ? 5 : 6;
  return n < 10_000_000 ? 7 : 8;
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
