// Positions of list elements: where in the order an element stands, said once when it is inserted and never changed. A
// position is a sequence of integers, compared one after the other, a prefix before what continues it; between any two
// different ones there is room for a third. Pushes use a single integer, so the first one, the *rank*, is kept apart as
// a number and the rest, the *extension*, as bytes. This file knows no lists and no memory.
//
// As bytes (in deltas) each integer has a code of its own, whose byte order is the order of the integers:
//
//   10vvvvvv 1 byte, 110vvvvv 2 bytes, 1110vvvv 3 bytes, 11110vvv 4 bytes, 11111000 + 5 bytes, 11111001 + 7 bytes;
//   v counts from the end of the shorter code's range; a negative n is the code of -1 - n with all bits inverted.
import { CommandError } from '../../base/errors.ts';

/** Ranks of one pusher are so far apart, at a residue of its own, so that two pushers seldom take the same one. */
export const rankStep = 65_536;
/** Longest position as bytes. Only inserts that keep halving one gap, thousands of times, come near it. */
export const positionBytesMax = 512;
const integerMax = 2 ** 50;
/** Larger integers are refused, so that the difference of any two fits a 53-bit zigzag. */
const integerLimit = 2 ** 51;
const range2 = 64;
const range3 = range2 + 2 ** 13;
const range4 = range3 + 2 ** 20;
const range6 = range4 + 2 ** 27;
const range8 = range6 + 2 ** 40;
const gapTooNarrow = `ERR too many inserts at one place of the list: a position would exceed ${positionBytesMax} bytes`;

export interface Position {
  readonly rank: number;
  /** Codes of the further integers. */
  readonly extension: Uint8Array;
}

const noBytes = new Uint8Array(0);

/** Writes the code of `n` (|n| at most 2^52) at out[at ..] and returns where it ends. */
export function writeInteger(n: number, out: Uint8Array, at: number): number {
  const flip = n < 0 ? 255 : 0;
  const m = n < 0 ? -1 - n : n;
  let bytes = 1;
  let head = 0x80 + m;
  let rest = 0;
  if (m >= range8) [bytes, head, rest] = [8, 0xf9, m - range8];
  else if (m >= range6) [bytes, head, rest] = [6, 0xf8, m - range6];
  else if (m >= range4) [bytes, head, rest] = [4, 0xf0 + Math.floor((m - range4) / 2 ** 24), m - range4];
  else if (m >= range3) [bytes, head, rest] = [3, 0xe0 + ((m - range3) >> 16), m - range3];
  else if (m >= range2) [bytes, head, rest] = [2, 0xc0 + ((m - range2) >> 8), m - range2];
  out[at] = head ^ flip;
  for (let i = bytes - 1; i > 0; i--) {
    out[at + i] = (rest & 255) ^ flip;
    rest = Math.floor(rest / 256);
  }
  return at + bytes;
}

/** Length of the code that begins with `head`; 0 where no code does. */
export function integerBytes(head: number): number {
  const b = head >= 0x80 ? head : 255 - head;
  if (b < 0xc0) return 1;
  if (b < 0xe0) return 2;
  if (b < 0xf0) return 3;
  if (b < 0xf8) return 4;
  return b === 0xf8 ? 6 : b === 0xf9 ? 8 : 0;
}

/** The integer whose code stands at bytes[at ..], all of which must be there. */
export function readInteger(bytes: Uint8Array, at: number): number {
  const flip = bytes[at]! >= 0x80 ? 0 : 255;
  const head = bytes[at]! ^ flip;
  const length = integerBytes(head);
  let m = 0;
  if (length === 1) m = head - 0x80;
  else {
    if (length <= 4) m = head & (0xff >> (length + 1));
    for (let i = 1; i < length; i++) m = m * 256 + (bytes[at + i]! ^ flip);
    m +=
      length === 2 ? range2 : length === 3 ? range3 : length === 4 ? range4 : length === 6 ? range6 : range8;
  }
  return flip === 0 ? m : -1 - m;
}

/** Whether bytes[at .. at + length) are a position. */
export function isPosition(bytes: Uint8Array, at: number, length: number): boolean {
  if (length === 0 || length > positionBytesMax) return false;
  const end = at + length;
  for (let p = at; p < end; ) {
    const n = integerBytes(bytes[p]!);
    if (n === 0 || p + n > end) return false;
    if (n === 8 && Math.abs(readInteger(bytes, p)) > integerLimit) return false;
    p += n;
  }
  return true;
}

/** Compares byte runs as extensions compare: in byte order, a prefix first. */
export function compareRuns(
  a: Uint8Array,
  aOffset: number,
  aLength: number,
  b: Uint8Array,
  bOffset: number,
  bLength: number,
): number {
  const n = Math.min(aLength, bLength);
  for (let i = 0; i < n; i++) {
    const d = a[aOffset + i]! - b[bOffset + i]!;
    if (d !== 0) return d;
  }
  return aLength - bLength;
}

/** The rank of the next push behind `rank`, for a pusher of this residue; undefined where ranks have run out. */
export function rankAfter(rank: number, residue: number): number | undefined {
  const next = residue + rankStep * (Math.floor((rank - residue) / rankStep) + 1);
  return next > integerMax ? undefined : next;
}

/** The rank of the next push before `rank`; undefined where ranks have run out. */
export function rankBefore(rank: number, residue: number): number | undefined {
  const next = residue + rankStep * (Math.ceil((rank - residue) / rankStep) - 1);
  return next < -integerMax ? undefined : next;
}

/**
 * A position between two; undefined stands for the end of the list on that side. Where both are the same, which only
 * two nodes can bring about that pushed apart from one another, it is one just behind. `random` gives [0, 1). Throws
 * CommandError where the position would be too long.
 */
export function positionBetween(
  before: Position | undefined,
  behind: Position | undefined,
  random: () => number,
): Position {
  const a = before === undefined ? undefined : integersOf(before);
  const b = behind === undefined ? undefined : integersOf(behind);
  const [rank = 0, ...rest] = between(a, b, random);
  if (rest.length === 0) return { rank, extension: noBytes };
  const extension = new Uint8Array(rest.length * 8);
  let end = 0;
  for (const n of rest) end = writeInteger(n, extension, end);
  if (end + 8 > positionBytesMax) throw new CommandError(gapTooNarrow);
  return { rank, extension: extension.slice(0, end) };
}

function integersOf({ rank, extension }: Position): number[] {
  const out = [rank];
  for (let p = 0; p < extension.length; p += integerBytes(extension[p]!)) out.push(readInteger(extension, p));
  return out;
}

/**
 * Where there is no other element on one side at some depth, it steps away by a random stride, so that any number of
 * inserts at one place only makes numbers larger; within a gap it takes a random point, so that nodes which insert at
 * one place unknown to one another do not take the same.
 */
function between(a: number[] | undefined, b: number[] | undefined, random: () => number): number[] {
  const stride = (): number => 1 + Math.floor(random() * rankStep);
  if (a === undefined) return b === undefined ? [stride()] : below(b, 0, stride);
  if (b === undefined) return above(a, 0, stride);
  let i = 0;
  while (i < a.length && i < b.length && a[i] === b[i]) i += 1;
  if (i === a.length) return i === b.length ? [...a, stride()] : below(b, i, stride);
  const gap = b[i]! - a[i]!;
  if (gap >= 2) return [...a.slice(0, i), a[i]! + 1 + Math.floor(random() * (gap - 1))];
  return i + 1 < a.length ? above(a, i + 1, stride) : [...a, stride()];
}

function above(a: readonly number[], from: number, stride: () => number): number[] {
  let i = from;
  while (i < a.length && a[i]! + rankStep > integerMax) i += 1;
  return i === a.length ? [...a, stride()] : [...a.slice(0, i), a[i]! + stride()];
}

function below(b: readonly number[], from: number, stride: () => number): number[] {
  let i = from;
  while (i < b.length && b[i]! - rankStep < -integerMax) i += 1;
  return i === b.length ? [...b.slice(0, -1), b.at(-1)! - 1, stride()] : [...b.slice(0, i), b[i]! - stride()];
}
