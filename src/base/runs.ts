// Copies short runs of bytes by words, through views. A loop over typed arrays takes about two nanoseconds a byte, and
// the call into `set` or `copyWithin` seventy however short the run is; words take a quarter of the loop. It knows
// nothing of what the bytes are. Runs do not overlap.

/** From here on a typed array's own `set` or `copyWithin` is faster than words. */
export const shortRunMax = 128;
/** How far beyond a run `copyRunOver` reads and writes at most. */
export const overrunBytesMax = 7;

/** Copies exactly `length` bytes. */
export function copyRun(from: DataView, offset: number, to: DataView, at: number, length: number): void {
  let i = 0;
  for (; i + 4 <= length; i += 4) to.setInt32(at + i, from.getInt32(offset + i, true), true);
  for (; i < length; i++) to.setUint8(at + i, from.getUint8(offset + i));
}

/** Copies `length` bytes in whole words: what follows the run, up to `overrunBytesMax` bytes, is written over. */
export function copyRunOver(from: DataView, offset: number, to: DataView, at: number, length: number): void {
  for (let i = 0; i < length; i += 8) {
    to.setInt32(at + i, from.getInt32(offset + i, true), true);
    to.setInt32(at + i + 4, from.getInt32(offset + i + 4, true), true);
  }
}

/** Whether two runs are the same bytes. From the end: names often share their beginning. */
export function sameRun(a: DataView, offsetA: number, b: DataView, offsetB: number, length: number): boolean {
  let rest = length;
  for (; rest >= 4; rest -= 4) {
    if (a.getInt32(offsetA + rest - 4, true) !== b.getInt32(offsetB + rest - 4, true)) return false;
  }
  while (--rest >= 0) if (a.getUint8(offsetA + rest) !== b.getUint8(offsetB + rest)) return false;
  return true;
}
