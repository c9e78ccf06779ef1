// The fields of one stream entry as bytes: what a delta carries, and from which a chunk keeps names and values. Names
// and values stand as values of lists do (list-value.ts), integers in few bytes. Most entries of a stream have the same
// names: a chunk keeps those of its first entry once, and entries with these names keep values alone.
//
//   whole   varint fields, { name, value } ...
//   names   varint fields, name ...
//
// Bytes of peers and disks are checked as they are loaded: nothing is read beyond their end.

import { copyBytes } from '../../base/runs.ts';
import { valueBytesAt, valueHeadBytesMax, valueHeadEnd, writeValueHead } from '../list/list-value.ts';
import type { EntryNames } from './entry-chunks.ts';
import type { StreamEntry } from './entry-codec.ts';

const initialBytes = 4096;
/** Scratch memory beyond this is given back after use. */
const keptBytesMax = 1 << 20;
const initialItems = 64;
const varintBytesMax = 5;
const countMax = 0x7fffffff;

export class StreamFields implements EntryNames {
  /** Names and values. */
  items = 0;
  /** The bytes as a whole. */
  bytes: Uint8Array = new Uint8Array(initialBytes);
  offset = 0;
  length = 0;
  private own = this.bytes;
  private values = new Uint8Array(initialBytes);
  /** Where items end, from the beginning of `bytes`. */
  private ends = new Int32Array(initialItems);
  private itemsStart = 0;

  /** Begins anew, for so many names and values, which `add` gives one after the other. */
  begin(items: number): void {
    if (this.own.length > keptBytesMax) this.own = new Uint8Array(initialBytes);
    this.bytes = this.own;
    this.offset = 0;
    this.items = 0;
    if (this.ends.length < items) this.ends = new Int32Array(items * 2);
    this.length = writeVarint(items >> 1, this.bytes, 0);
    this.itemsStart = this.length;
  }

  add(value: Uint8Array, offset: number, length: number): void {
    const need = this.length + length + valueHeadBytesMax;
    if (need > this.bytes.length) this.grow(need);
    const { bytes } = this;
    let p = writeValueHead(value, offset, length, bytes, this.length);
    // An integer stands in its head.
    if (bytes[this.length]! >= 0x80 && bytes[this.length]! < 0xd0) {
      copyBytes(bytes, p, value, offset, length);
      p += length;
    }
    this.ends[this.items++] = p;
    this.length = p;
  }

  private grow(need: number): void {
    const grown = new Uint8Array(Math.max(need, this.own.length * 2));
    grown.set(this.own.subarray(0, this.length));
    this.own = grown;
    this.bytes = grown;
  }

  /** Takes whole fields as they are; false where they are not sound. */
  load(bytes: Uint8Array, offset: number, length: number): boolean {
    const end = offset + length;
    let p = varintEnd(bytes, offset, end);
    if (p === 0) return false;
    const items = readVarint(bytes, offset) * 2;
    // An item has a byte at least.
    if (items === 0 || items > end - p) return false;
    if (this.ends.length < items) this.ends = new Int32Array(items * 2);
    this.itemsStart = p - offset;
    for (let i = 0; i < items; i++) {
      p = soundEnd(bytes, p, end);
      if (p === 0) return false;
      this.ends[i] = p - offset;
    }
    if (p !== end) return false;
    this.items = items;
    this.bytes = bytes;
    this.offset = offset;
    this.length = length;
    return true;
  }

  /** The longest name or value, as bytes that it takes here. */
  get longestBytes(): number {
    let longest = 0;
    for (let i = 0, from = this.itemsStart; i < this.items; i++) {
      longest = Math.max(longest, this.ends[i]! - from);
      from = this.ends[i]!;
    }
    return longest;
  }

  /** Bytes of the names for a chunk. */
  get namesBytes(): number {
    let bytes = this.itemsStart;
    for (let i = 0; i < this.items; i += 2) bytes += this.ends[i]! - this.startOf(i);
    return bytes;
  }

  private startOf(i: number): number {
    return i === 0 ? this.itemsStart : this.ends[i - 1]!;
  }

  /** Writes the names for a chunk to out[at ..]; returns where they end. */
  writeNames(out: Uint8Array, at: number): number {
    let p = at;
    for (let i = 0; i < this.itemsStart; i++) out[p++] = this.bytes[this.offset + i]!;
    for (let i = 0; i < this.items; i += 2) {
      const from = this.offset + this.startOf(i);
      const n = this.ends[i]! - this.startOf(i);
      copyBytes(out, p, this.bytes, from, n);
      p += n;
    }
    return p;
  }

  /** Whether u8[at .. end) are the names of these fields. */
  hasThoseNames(u8: Uint8Array, at: number, end: number): boolean {
    const { bytes, offset } = this;
    let p = at;
    for (let i = 0; i < this.itemsStart; i++) if (u8[p++] !== bytes[offset + i]) return false;
    for (let i = 0, from = this.itemsStart; i < this.items; i += 2) {
      const to = this.ends[i]!;
      for (; from < to; from++) if (u8[p++] !== bytes[offset + from]) return false;
      from = this.ends[i + 1]!;
    }
    return p === end;
  }

  /** Gives an entry its body for a chunk with the names u8[at .. end). */
  fit(e: StreamEntry, u8: Uint8Array, at: number, end: number): void {
    if (this.hasThoseNames(u8, at, end)) {
      this.fitOwn(e);
      return;
    }
    e.hasNames = true;
    e.body = this.bytes;
    e.offset = this.offset;
    e.length = this.length;
  }

  /** Gives an entry its body for a chunk with the names of these fields. */
  fitOwn(e: StreamEntry): void {
    e.hasNames = false;
    const { bytes, offset, length } = this;
    // A single value stands together as it is.
    if (this.items === 2) {
      e.body = bytes;
      e.offset = offset + this.ends[0]!;
      e.length = length - this.ends[0]!;
      return;
    }
    if (this.values.length < length || this.values.length > keptBytesMax)
      this.values = new Uint8Array(Math.max(initialBytes, length));
    const { values } = this;
    let p = 0;
    for (let i = 1; i < this.items; i += 2) {
      const from = offset + this.ends[i - 1]!;
      const n = this.ends[i]! - this.ends[i - 1]!;
      copyBytes(values, p, bytes, from, n);
      p += n;
    }
    e.body = values;
    e.offset = 0;
    e.length = p;
  }

  /** Takes the fields of an entry as a chunk has them: names u8[namesAt ..) and a body. */
  assemble(u8: Uint8Array, namesAt: number, bodyAt: number, bodyLength: number, hasNames: boolean): void {
    if (hasNames) {
      this.load(u8, bodyAt, bodyLength);
      return;
    }
    const count = readVarint(u8, namesAt);
    this.begin(count * 2);
    let name = varintEnd(u8, namesAt, u8.length);
    let value = bodyAt;
    for (let i = 0; i < count; i++) {
      const nameBytes = valueBytesAt(u8, name);
      const valueBytes = valueBytesAt(u8, value);
      const need = this.length + nameBytes + valueBytes;
      if (need > this.bytes.length) this.grow(need);
      copyBytes(this.bytes, this.length, u8, name, nameBytes);
      this.ends[this.items++] = this.length + nameBytes;
      copyBytes(this.bytes, this.length + nameBytes, u8, value, valueBytes);
      this.length = need;
      this.ends[this.items++] = need;
      name += nameBytes;
      value += valueBytes;
    }
  }
}

export function writeVarint(n: number, out: Uint8Array, at: number): number {
  let p = at;
  let rest = n;
  while (rest >= 128) {
    out[p++] = (rest & 127) | 128;
    rest = Math.floor(rest / 128);
  }
  out[p] = rest;
  return p + 1;
}

/** A varint that is known to be sound. */
export function readVarint(u8: Uint8Array, at: number): number {
  let value = 0;
  let scale = 1;
  for (let p = at; ; p++) {
    const b = u8[p]!;
    value += (b & 127) * scale;
    if (b < 128) return value;
    scale *= 128;
  }
}

/** Where the varint at `at` ends; 0 where it is not sound. */
export function varintEnd(u8: Uint8Array, at: number, end: number): number {
  for (let p = at; p < Math.min(end, at + varintBytesMax); p++)
    if (u8[p]! < 128) return readVarint(u8, at) <= countMax ? p + 1 : 0;
  return 0;
}

/** Where the value at `at` ends; 0 where it is none or goes beyond `end`. */
function soundEnd(bytes: Uint8Array, at: number, end: number): number {
  if (at >= end || bytes[at]! >= valueHeadEnd || at + headBytes(bytes[at]!) > end) return 0;
  const b = bytes[at]!;
  if ((b > 0xc8 && b < 0xd0) || b > 0xd5) return 0;
  const to = at + valueBytesAt(bytes, at);
  return to <= end ? to : 0;
}

/** Bytes of a head without which nothing is known of a value. */
function headBytes(b: number): number {
  if (b < 0xc0) return 1;
  return b < 0xc8 ? 2 : b === 0xc8 ? 5 : 1;
}
