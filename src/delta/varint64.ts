// Unsigned 64-bit integers in groups of seven bits, the lowest first, and a bit that says whether more follow. They are
// taken and given in halves, because no number holds them.

export const varint64BytesMax = 10;

/** What was read last. */
export class Varint64 {
  hi = 0;
  lo = 0;

  /**
   * Reads one from bytes[at .. end) and returns where it ends; -1, with nothing changed, where it is longer than there
   * is.
   */
  read(bytes: Uint8Array, at: number, end: number): number {
    let hi = 0;
    let lo = 0;
    let p = at;
    for (let shift = 0; shift <= 63 && p < end; shift += 7) {
      const b = bytes[p++]!;
      const bits = b & 127;
      if (shift < 28) lo |= bits << shift;
      else if (shift === 28) {
        lo |= bits << 28;
        hi = bits >>> 4;
      } else hi |= bits << (shift - 32);
      if (b < 128) {
        this.hi = hi >>> 0;
        this.lo = lo >>> 0;
        return p;
      }
    }
    return -1;
  }
}

/** Writes one to out[at ..], which has room for `varint64BytesMax`, and returns where it ends. */
export function writeVarint64(hi: number, lo: number, out: Uint8Array, at: number): number {
  let h = hi;
  let l = lo;
  let p = at;
  while (h !== 0 || l > 127) {
    out[p++] = (l & 127) | 128;
    l = ((l >>> 7) | ((h & 127) << 25)) >>> 0;
    h >>>= 7;
  }
  out[p++] = l;
  return p;
}
