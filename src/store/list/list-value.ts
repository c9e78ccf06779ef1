// How the value of a list element stands in memory: canonical 64-bit integers in as few bytes as they need, anything
// else as its length and its bytes. It knows nothing of what stands around a value.
//
//   0vvvvvvv             0 to 127
//   10llllll             a string of up to 63 bytes
//   11000lll l           a string of up to 2,047 bytes
//   11001000 llll        a longer string (u32)
//   11010000 .. 11010100 an integer of 1, 2, 3, 4, 6 bytes
//   11010101             an integer of 16 digits or more: signed upper digits (5 bytes), the last nine (u32)
//
// Heads of 11100000 and above never begin a value: chunk.ts puts them before values. All numbers are little-endian.
import { writeDigits } from '../../base/digits.ts';
import { parseInt64 } from '../number.ts';

/** No head of a value is as large as this. */
export const valueHeadEnd = 0xe0;
/** The most that head and integer take. */
export const valueHeadBytesMax = 10;
const digitsMax = 20;
const billion = 1_000_000_000;

/** Bytes of the value whose head is at u8[at]. */
export function valueBytesAt(u8: Uint8Array, at: number): number {
  const b = u8[at]!;
  if (b < 0x80) return 1;
  if (b < 0xc0) return 1 + (b & 63);
  if (b < 0xc8) return 2 + ((b & 7) << 8) + u8[at + 1]!;
  if (b === 0xc8) return 5 + readU32(u8, at + 1);
  return b < 0xd4 ? 2 + (b & 15) : b === 0xd4 ? 7 : 10;
}

function readU32(u8: Uint8Array, at: number): number {
  return (u8[at]! | (u8[at + 1]! << 8) | (u8[at + 2]! << 16)) + u8[at + 3]! * 16777216;
}

function writeBytes(n: number, out: Uint8Array, at: number, bytes: number): void {
  let rest = n;
  for (let i = 0; i < bytes; i++) {
    const next = Math.floor(rest / 256);
    out[at + i] = rest - next * 256;
    rest = next;
  }
}

function readSigned(u8: Uint8Array, at: number, bytes: number): number {
  let n = (u8[at + bytes - 1]! << 24) >> 24;
  for (let i = bytes - 2; i >= 0; i--) n = n * 256 + u8[at + i]!;
  return n;
}

/** Writes head and, of an integer, everything of a value to out[at ..]; returns where it ends. */
export function writeValueHead(
  value: Uint8Array,
  offset: number,
  length: number,
  out: Uint8Array,
  at: number,
): number {
  if (length > 0 && length <= digitsMax) {
    const first = value[offset]!;
    const mayBeInteger = (first >= 48 && first <= 57) || first === 45;
    if (mayBeInteger) {
      const end = writeIntegerValue(value, offset, length, out, at);
      if (end !== 0) return end;
    }
  }
  if (length < 64) {
    out[at] = 0x80 + length;
    return at + 1;
  }
  if (length < 2048) {
    out[at] = 0xc0 + (length >> 8);
    out[at + 1] = length & 255;
    return at + 2;
  }
  out[at] = 0xc8;
  writeBytes(length, out, at + 1, 4);
  return at + 5;
}

/** 0 where the value is no canonical 64-bit integer. */
function writeIntegerValue(
  value: Uint8Array,
  offset: number,
  length: number,
  out: Uint8Array,
  at: number,
): number {
  let p = offset;
  const end = offset + length;
  const negative = value[p] === 45;
  if (negative) p += 1;
  const digits = end - p;
  if (digits === 0 || digits > 19 || (value[p] === 48 && length > 1)) return 0;
  let n = 0;
  for (const upper = digits > 15 ? end - 9 : end; p < upper; p++) {
    const d = value[p]! - 48;
    if (d < 0 || d > 9) return 0;
    n = n * 10 + d;
  }
  if (negative) n = -n;
  if (digits <= 15) return writeNumber(n, out, at);
  if (digits === 19 && parseInt64(value, offset, length) === undefined) return 0;
  let last = 0;
  for (; p < end; p++) {
    const d = value[p]! - 48;
    if (d < 0 || d > 9) return 0;
    last = last * 10 + d;
  }
  out[at] = 0xd5;
  writeBytes(n < 0 ? n + 2 ** 40 : n, out, at + 1, 5);
  writeBytes(last, out, at + 6, 4);
  return at + 10;
}

function writeNumber(n: number, out: Uint8Array, at: number): number {
  if (n >= 0 && n < 128) {
    out[at] = n;
    return at + 1;
  }
  const m = n < 0 ? -1 - n : n;
  const form = m < 128 ? 0 : m < 32_768 ? 1 : m < 8_388_608 ? 2 : m < 2_147_483_648 ? 3 : 4;
  const bytes = form === 4 ? 6 : form + 1;
  // Fifteen digits are more than six bytes hold: the rest of them stay text.
  if (m >= 2 ** 47) return 0;
  out[at] = 0xd0 + form;
  writeBytes(n < 0 ? n + 256 ** bytes : n, out, at + 1, bytes);
  return at + 1 + bytes;
}

/** Reads values to where they can be copied from: strings stay where they are, integers become digits. */
export class ListValue {
  bytes: Uint8Array;
  offset = 0;
  length = 0;
  private readonly digits = Buffer.alloc(24);

  constructor() {
    this.bytes = this.digits;
  }

  /** Reads the value whose head is at u8[at]; valid until the next call, or until those bytes change. */
  read(u8: Uint8Array, at: number): void {
    const b = u8[at]!;
    if (b >= 0x80 && b < 0xd0) {
      this.bytes = u8;
      const head = b < 0xc0 ? 1 : b < 0xc8 ? 2 : 5;
      this.offset = at + head;
      this.length = valueBytesAt(u8, at) - head;
      return;
    }
    const p = this.integer(u8, at, b);
    this.bytes = this.digits;
    this.offset = p;
    this.length = this.digits.length - p;
  }

  /** What the value that was read takes in a listpack of Redis; `head` is its head here. */
  listpackBytes(head: number): number {
    const { length } = this;
    let bytes: number;
    if (head >= 0x80 && head < 0xd0) bytes = length + (length < 64 ? 1 : length < 4096 ? 2 : 5);
    else if (head < 0x80) bytes = 1;
    else {
      const n = Number(
        Buffer.from(this.bytes.buffer, this.bytes.byteOffset + this.offset, length).toString(),
      );
      const m = n < 0 ? -1 - n : n;
      bytes = m < 4096 ? 2 : m < 2 ** 15 ? 3 : m < 2 ** 23 ? 4 : m < 2 ** 31 ? 5 : 9;
    }
    return bytes + (bytes < 128 ? 1 : bytes < 16_384 ? 2 : bytes < 2_097_152 ? 3 : bytes < 2 ** 28 ? 4 : 5);
  }

  /** Puts the digits at the end of the scratch buffer; returns where they begin. */
  private integer(u8: Uint8Array, at: number, b: number): number {
    const out = this.digits;
    if (b < 0x80) return writeDigits(b, out, out.length);
    if (b < 0xd5) {
      const n = readSigned(u8, at + 1, b === 0xd4 ? 6 : (b & 15) + 1);
      return signed(n < 0, writeDigits(Math.abs(n), out, out.length), out);
    }
    const upper = readSigned(u8, at + 1, 5);
    const last = readU32(u8, at + 6);
    writeDigits(last + billion, out, out.length);
    return signed(upper < 0, writeDigits(Math.abs(upper), out, out.length - 9), out);
  }
}

function signed(negative: boolean, p: number, out: Uint8Array): number {
  if (!negative) return p;
  out[p - 1] = 45;
  return p - 1;
}
