// Copies short runs of bytes by words, through views. A loop over typed arrays takes about two nanoseconds a byte, and
// the call into `set` or `copyWithin` seventy however short the run is; words take a quarter of the loop. It knows
// nothing of what the bytes are. Runs do not overlap. A view costs as much to make as a hundred bytes to copy, so those
// of the large buffers in use (arena, requests, replies, journal) are kept; of a small one no view is made.

/** From here on a typed array's own `set` or `copyWithin` is faster than words. */
export const shortRunMax = 128;
/** How far beyond a run `copyRunOver` reads and writes at most. */
export const overrunBytesMax = 7;

/** Copies exactly `length` bytes: the last word overlaps the one before it. */
export function copyRun(from: DataView, offset: number, to: DataView, at: number, length: number): void {
  const last = length - 4;
  if (last >= 0) {
    for (let i = 0; i < last; i += 4) to.setInt32(at + i, from.getInt32(offset + i, true), true);
    to.setInt32(at + last, from.getInt32(offset + last, true), true);
  } else for (let i = 0; i < length; i++) to.setUint8(at + i, from.getUint8(offset + i));
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
  if (length < 4) {
    for (let i = 0; i < length; i++) if (a.getUint8(offsetA + i) !== b.getUint8(offsetB + i)) return false;
    return true;
  }
  for (let i = length - 4; i > 0; i -= 4) {
    if (a.getInt32(offsetA + i, true) !== b.getInt32(offsetB + i, true)) return false;
  }
  return a.getInt32(offsetA, true) === b.getInt32(offsetB, true);
}

/** Shorter runs, and those of small buffers, are not worth a view. */
const viewedRunMin = 8;
const viewedBufferMin = 4096;
const viewsKept = 4;

let bytesA: Uint8Array | undefined;
let bytesB: Uint8Array | undefined;
let bytesC: Uint8Array | undefined;
let bytesD: Uint8Array | undefined;
let viewA: DataView | undefined;
let viewB: DataView | undefined;
let viewC: DataView | undefined;
let viewD: DataView | undefined;
let nextView = 0;

/** The view of a large buffer, undefined for a small one. */
export function viewOf(bytes: Uint8Array): DataView | undefined {
  if (bytes === bytesA) return viewA;
  if (bytes === bytesB) return viewB;
  if (bytes === bytesC) return viewC;
  if (bytes === bytesD) return viewD;
  return bytes.length < viewedBufferMin ? undefined : keepView(bytes);
}

function keepView(bytes: Uint8Array): DataView {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  if (nextView === 0) [bytesA, viewA] = [bytes, view];
  else if (nextView === 1) [bytesB, viewB] = [bytes, view];
  else if (nextView === 2) [bytesC, viewC] = [bytes, view];
  else [bytesD, viewD] = [bytes, view];
  nextView = (nextView + 1) % viewsKept;
  return view;
}

/** Lets go of all buffers: for when those who use them are gone. */
export function forgetViews(): void {
  bytesA = bytesB = bytesC = bytesD = undefined;
  viewA = viewB = viewC = viewD = undefined;
}

/** Copies `length` bytes from one buffer to another, or to a place of the same one that does not overlap. */
export function copyBytes(
  to: Uint8Array,
  at: number,
  from: Uint8Array,
  offset: number,
  length: number,
): void {
  if (length > shortRunMax) {
    to.set(from.subarray(offset, offset + length), at);
    return;
  }
  if (length >= viewedRunMin) {
    const source = viewOf(from);
    const target = source === undefined ? undefined : viewOf(to);
    if (source !== undefined && target !== undefined) {
      copyRun(source, offset, target, at, length);
      return;
    }
  }
  for (let i = 0; i < length; i++) to[at + i] = from[offset + i]!;
}

/** Whether two runs are the same bytes. From the end: names often share their beginning. */
export function sameBytes(
  a: Uint8Array,
  offsetA: number,
  b: Uint8Array,
  offsetB: number,
  length: number,
): boolean {
  if (length >= viewedRunMin) {
    const viewed = viewOf(a);
    const other = viewed === undefined ? undefined : viewOf(b);
    if (viewed !== undefined && other !== undefined) return sameRun(viewed, offsetA, other, offsetB, length);
  }
  for (let i = length - 1; i >= 0; i--) if (a[offsetA + i] !== b[offsetB + i]) return false;
  return true;
}
