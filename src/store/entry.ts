// The layout of an entry: one key with its value in one arena block. Everything that reads or writes the raw words of
// an entry is here, so that the rest of the store speaks of dots, types and lengths.
//
//   word 0   stamp, lower 32 bits
//   word 1   stamp, upper 21 bits | type << 21 (4 bits) | encoding << 25 (3 bits) | has expiry << 28
//   word 2   origin index (16 bits) | key length << 16 (8 bits) | value length << 24 (8 bits); 255 = escape
//   word 3   access clock; of an element of a large collection the number of its nest (24 bits)
//   [u32     key length]   where escaped
//   [u32     value length] where escaped
//   [16 B    expiry: deadline ms (lower, upper 21 bits | origin low byte << 24), its stamp (lower, upper | origin high)]
//   key bytes, value bytes
//
// Without the expiry block the key has no deadline, and that is said by the value's own dot.
import { sameBytes } from '../base/runs.ts';
import type { Arena } from './arena.ts';

export const headerBytes = 16;
const expiryBytes = 16;
const two32 = 4294967296;
const hiMask = 0x1fffff;
const escaped = 255;
const expiryBit = 1 << 28;

export const EntryType = {
  string: 0,
  list: 1,
  set: 2,
  zset: 3,
  hash: 4,
  stream: 5,
  /** A key that is not held whole: unheld.ts. */
  mark: 14,
  tomb: 15,
} as const;
export type EntryType = (typeof EntryType)[keyof typeof EntryType];

/** How the value bytes of a collection are to be read. */
export const Form = {
  /** All elements in one run of bytes: packed.ts, and the files of lists and streams. */
  packed: 0,
  /** u32: the number of a nest (nest.ts), which has the elements in structures of their own. */
  nest: 1,
} as const;
export type Form = (typeof Form)[keyof typeof Form];

/** How a string's value bytes are to be read. */
export const Encoding = {
  /** The bytes themselves. */
  raw: 0,
  /** A 64-bit integer of eight bytes, the canonical decimal text of which is the value. */
  int: 1,
  /** The bytes, compressed: compression.ts. Up to here an entry is a put and nothing else. */
  lz4: 2,
  /** One counter slot, of the entry's dot, and perhaps an integer base: entry-states.ts. */
  counter: 3,
  /** A packed KeyState: state-codec.ts. */
  state: 4,
  /** The HyperLogLog set of one origin, whose dot is the entry's, as Redis represents it: registers.ts. */
  registers: 5,
} as const;
export type Encoding = (typeof Encoding)[keyof typeof Encoding];

export class Entries {
  private readonly i32: Int32Array;
  private readonly u8: Uint8Array;

  constructor(arena: Arena) {
    this.i32 = arena.i32;
    this.u8 = arena.u8;
  }

  /** Bytes that an entry needs. */
  size(keyLength: number, valueLength: number, expiry: boolean): number {
    return (
      headerBytes +
      (keyLength >= escaped ? 4 : 0) +
      (valueLength >= escaped ? 4 : 0) +
      (expiry ? expiryBytes : 0) +
      keyLength +
      valueLength
    );
  }

  /** Writes header and lengths at `at`; the caller fills key, value and expiry. */
  init(
    at: number,
    type: number,
    encoding: number,
    keyLength: number,
    valueLength: number,
    expiry: boolean,
    origin: number,
    hi: number,
    lo: number,
    access: number,
  ): void {
    const w = at >> 2;
    const i32 = this.i32;
    i32[w] = lo;
    i32[w + 1] = hi | (type << 21) | (encoding << 25) | (expiry ? expiryBit : 0);
    const k = Math.min(keyLength, escaped);
    const v = Math.min(valueLength, escaped);
    i32[w + 2] = origin | (k << 16) | (v << 24);
    i32[w + 3] = access;
    let next = w + 4;
    if (k === escaped) i32[next++] = keyLength;
    if (v === escaped) i32[next] = valueLength;
  }

  /** Whether what is at `at`, a block of so many bytes, could be an entry: all that its key takes lies in the block. */
  isSound(at: number, blockBytes: number): boolean {
    if (blockBytes < headerBytes) return false;
    const length = this.keyLength(at);
    return length >= 0 && this.keyOffset(at) + length <= at + blockBytes;
  }

  hi(at: number): number {
    return this.i32[(at >> 2) + 1]! & hiMask;
  }

  lo(at: number): number {
    return this.i32[at >> 2]!;
  }

  stamp(at: number): number {
    return this.hi(at) * two32 + (this.lo(at) >>> 0);
  }

  origin(at: number): number {
    return this.i32[(at >> 2) + 2]! & 0xffff;
  }

  setDot(at: number, origin: number, hi: number, lo: number): void {
    const w = at >> 2;
    this.i32[w] = lo;
    this.i32[w + 1] = (this.i32[w + 1]! & ~hiMask) | hi;
    this.i32[w + 2] = (this.i32[w + 2]! & ~0xffff) | origin;
  }

  type(at: number): number {
    return (this.i32[(at >> 2) + 1]! >>> 21) & 15;
  }

  encoding(at: number): number {
    return (this.i32[(at >> 2) + 1]! >>> 25) & 7;
  }

  setEncoding(at: number, encoding: number): void {
    const w = (at >> 2) + 1;
    this.i32[w] = (this.i32[w]! & ~(7 << 25)) | (encoding << 25);
  }

  access(at: number): number {
    return this.i32[(at >> 2) + 3]! & 0xffffff;
  }

  setAccess(at: number, value: number): void {
    this.i32[(at >> 2) + 3] = value;
  }

  keyLength(at: number): number {
    const k = (this.i32[(at >> 2) + 2]! >>> 16) & 255;
    return k < escaped ? k : this.i32[(at >> 2) + 4]!;
  }

  valueLength(at: number): number {
    const w2 = this.i32[(at >> 2) + 2]!;
    const v = w2 >>> 24;
    if (v < escaped) return v;
    return this.i32[(at >> 2) + (((w2 >>> 16) & 255) < escaped ? 4 : 5)]!;
  }

  /** Sets a new value length where both lengths need the same form of header. */
  setValueLength(at: number, length: number): void {
    const w = (at >> 2) + 2;
    const w2 = this.i32[w]!;
    if (length < escaped) this.i32[w] = (w2 & 0xffffff) | (length << 24);
    else this.i32[w + (((w2 >>> 16) & 255) < escaped ? 2 : 3)] = length;
  }

  /** Whether the entry's header could hold `length` in its present form. */
  sameForm(at: number, length: number): boolean {
    return this.i32[(at >> 2) + 2]! >>> 24 < escaped === length < escaped;
  }

  hasExpiry(at: number): boolean {
    return (this.i32[(at >> 2) + 1]! & expiryBit) !== 0;
  }

  keyOffset(at: number): number {
    const w = at >> 2;
    const w2 = this.i32[w + 2]!;
    let p = at + headerBytes;
    if (((w2 >>> 16) & 255) === escaped) p += 4;
    if (w2 >>> 24 === escaped) p += 4;
    if ((this.i32[w + 1]! & expiryBit) !== 0) p += expiryBytes;
    return p;
  }

  valueOffset(at: number): number {
    return this.keyOffset(at) + this.keyLength(at);
  }

  /** The number of the nest that the entry of a large collection names: see `Form`. */
  nestNumber(at: number): number {
    const { u8 } = this;
    const p = this.valueOffset(at);
    return u8[p]! | (u8[p + 1]! << 8) | (u8[p + 2]! << 16) | (u8[p + 3]! << 24);
  }

  private expiryWord(at: number): number {
    return (this.keyOffset(at) - expiryBytes) >> 2;
  }

  /** The deadline in Unix ms, 0 = none. */
  deadline(at: number): number {
    if (!this.hasExpiry(at)) return 0;
    const w = this.expiryWord(at);
    return (this.i32[w + 1]! & hiMask) * two32 + (this.i32[w]! >>> 0);
  }

  /** The dot of the expiry: stamp as a number. */
  expiryStamp(at: number): number {
    if (!this.hasExpiry(at)) return this.stamp(at);
    const w = this.expiryWord(at);
    return (this.i32[w + 3]! & hiMask) * two32 + (this.i32[w + 2]! >>> 0);
  }

  expiryOrigin(at: number): number {
    if (!this.hasExpiry(at)) return this.origin(at);
    const w = this.expiryWord(at);
    return (this.i32[w + 1]! >>> 24) | ((this.i32[w + 3]! >>> 24) << 8);
  }

  /** Fills the expiry block of an entry that has one. */
  setExpiry(at: number, deadlineMs: number, origin: number, stamp: number): void {
    const w = this.expiryWord(at);
    this.i32[w] = deadlineMs | 0;
    this.i32[w + 1] = Math.floor(deadlineMs / two32) | ((origin & 255) << 24);
    this.i32[w + 2] = stamp | 0;
    this.i32[w + 3] = Math.floor(stamp / two32) | ((origin >>> 8) << 24);
  }

  keyEquals(at: number, key: Uint8Array, offset: number, length: number): boolean {
    if (this.keyLength(at) !== length) return false;
    return sameBytes(this.u8, this.keyOffset(at), key, offset, length);
  }
}
