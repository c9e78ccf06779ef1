// Compression of string values: LZ4 blocks against a dictionary that is trained on the node's own values, because
// single small values have little in common with themselves and much with one another. Values are packed when they are
// written and unpacked into a scratch buffer when they are read; journal, snapshots and links carry plain values, so
// dictionaries live in memory only and are trained anew after a start. Knows values and dictionaries, no keys and no
// tables.
//
//   u8      which dictionary (0 = none)
//   varint  plain length
//   LZ4 block (lz4-block.ts)
import { assert } from '../base/assert.ts';
import { trainDictionary } from './dictionary.ts';
import { BlockEncoder, DictionaryIndex, decodeBlock } from './lz4-block.ts';

/** What a level means: bytes of the dictionary, and how many places the search compares. Index 0 is off. */
const levels: readonly { readonly dictionaryBytes: number; readonly attempts: number }[] = [
  { dictionaryBytes: 0, attempts: 0 },
  { dictionaryBytes: 0, attempts: 1 },
  { dictionaryBytes: 1024, attempts: 1 },
  { dictionaryBytes: 2048, attempts: 4 },
  { dictionaryBytes: 4096, attempts: 4 },
  { dictionaryBytes: 4096, attempts: 8 },
  { dictionaryBytes: 8192, attempts: 16 },
  { dictionaryBytes: 8192, attempts: 32 },
  { dictionaryBytes: 16_384, attempts: 32 },
  { dictionaryBytes: 16_384, attempts: 64 },
];
export const levelMax = levels.length - 1;
/** Longer values stay plain: reading a part of one should not cost the whole. */
export const packedBytesMax = 262_144;
const headerBytesMax = 6;
const samplesMax = 256;
const sampleBytesMax = 1024;
/** Values seen before the first training; every next one comes after twice as many. */
const firstTrainingAt = 64;
/** A new dictionary must beat the present one by this much on samples that neither was made of. */
const gainMin = 0.05;
const dictionarySlots = 255;

interface Dictionary {
  readonly index: DictionaryIndex | undefined;
  /** The dictionary, and behind it the value being packed or unpacked. */
  source: Uint8Array;
  target: Uint8Array;
}

function dictionaryOf(bytes: Uint8Array): Dictionary {
  const index = bytes.length === 0 ? undefined : new DictionaryIndex(bytes);
  return { index, source: bytes.slice(), target: bytes.slice() };
}

function lengthOf({ index }: Dictionary): number {
  return index === undefined ? 0 : index.bytes.length;
}

/** The buffer, or a longer one that begins with the same dictionary. */
function withRoom(buf: Uint8Array, dictionary: Dictionary, bytes: number): Uint8Array {
  const length = lengthOf(dictionary);
  if (buf.length >= length + bytes) return buf;
  const grown = new Uint8Array(length + Math.max(bytes, 4096) * 2);
  if (dictionary.index !== undefined) grown.set(dictionary.index.bytes);
  return grown;
}

export class Compression {
  /** What `pack` made: bytes 0 up to what it returned. Valid until the next `pack`. */
  packed = new Uint8Array(4096);
  /** What `unpack` made. Valid until the next `unpack`. */
  bytes: Uint8Array = this.packed;
  offset = 0;
  length = 0;
  /** Values shorter than this stay plain. */
  bytesMin = 64;
  /** Dictionaries trained so far. */
  trainings = 0;
  /** Values were stored before there was the present dictionary: a pass over them would gain. */
  passWanted = false;
  private levelNow = 0;
  private readonly encoder = new BlockEncoder();
  /** By slot; 0 is no dictionary. */
  private readonly dictionaries: (Dictionary | undefined)[] = [dictionaryOf(new Uint8Array(0))];
  private current = 0;
  private readonly samples: Uint8Array[] = [];
  private seen = 0;
  private nextTrainingAt = firstTrainingAt;
  private readonly random: () => number;

  /** `random` gives [0, 1). */
  constructor(random: () => number) {
    this.random = random;
  }

  /** 0 = off, up to 9. */
  get level(): number {
    return this.levelNow;
  }

  set level(level: number) {
    assert(level >= 0 && level <= levelMax, 'no such level of compression');
    this.levelNow = level;
    if (level > 0 && this.seen > 0) this.passWanted = true;
  }

  /** The slot of the dictionary that values are packed with now. */
  get dictionary(): number {
    return this.current;
  }

  /** Bytes of heap that dictionaries and samples take. */
  get heapBytes(): number {
    let bytes = this.packed.length;
    for (const d of this.dictionaries)
      if (d !== undefined) bytes += d.source.length + d.target.length + lengthOf(d) * 3;
    for (const sample of this.samples) bytes += sample.length;
    return bytes;
  }

  /** Packs a value that is being written into `packed`; returns the length, 0 where it should stay as it is. */
  pack(value: Uint8Array, offset: number, length: number): number {
    if (this.levelNow === 0 || length < this.bytesMin || length > packedBytesMax) return 0;
    this.takeSample(value, offset, length);
    return this.repack(value, offset, length);
  }

  /** The same for a value that was written before. */
  repack(value: Uint8Array, offset: number, length: number): number {
    if (length > packedBytesMax) return 0;
    const level = levels[this.levelNow]!;
    const slot = level.dictionaryBytes === 0 ? 0 : this.current;
    return this.packWith(slot, level.attempts, value, offset, length);
  }

  private packWith(
    slot: number,
    attempts: number,
    value: Uint8Array,
    offset: number,
    length: number,
  ): number {
    const dictionary = this.dictionaries[slot]!;
    const start = lengthOf(dictionary);
    dictionary.source = withRoom(dictionary.source, dictionary, length);
    dictionary.source.set(value.subarray(offset, offset + length), start);
    if (this.packed.length < length + headerBytesMax) this.packed = new Uint8Array(length * 2);
    const { packed } = this;
    const { source, index } = dictionary;
    const block = packed.subarray(headerBytesMax);
    // An eighth is the least that is worth unpacking for.
    const most = length - (length >> 3);
    const packedLength = this.encoder.encode(source, start, start + length, index, attempts, block, most);
    if (packedLength === 0) return 0;
    let p = 0;
    packed[p++] = slot;
    let rest = length;
    for (; rest >= 128; rest >>>= 7) packed[p++] = (rest & 127) | 128;
    packed[p++] = rest;
    packed.copyWithin(p, headerBytesMax, headerBytesMax + packedLength);
    return p + packedLength;
  }

  /** The plain length of a packed value. */
  plainLength(bytes: Uint8Array, offset: number): number {
    let value = 0;
    let p = offset + 1;
    for (let shift = 0; ; shift += 7) {
      const byte = bytes[p++]!;
      value |= (byte & 127) << shift;
      if (byte < 128) return value;
    }
  }

  /** The slot of the dictionary that a packed value needs. */
  dictionaryOf(bytes: Uint8Array, offset: number): number {
    return bytes[offset]!;
  }

  /** Unpacks a value that `pack` made into bytes[offset .. offset + length) of this. */
  unpack(bytes: Uint8Array, offset: number, length: number): void {
    const dictionary = this.dictionaries[bytes[offset]!];
    assert(dictionary !== undefined, 'a packed value names a dictionary that is gone');
    const plain = this.plainLength(bytes, offset);
    assert(plain <= packedBytesMax, 'a packed value claims more than was ever packed');
    const start = lengthOf(dictionary);
    dictionary.target = withRoom(dictionary.target, dictionary, plain);
    const from = offset + (plain < 128 ? 2 : plain < 16_384 ? 3 : 4);
    const sound = decodeBlock(bytes, from, offset + length, dictionary.target, start, start + plain);
    assert(sound, 'a packed value is damaged');
    this.bytes = dictionary.target;
    this.offset = start;
    this.length = plain;
  }

  /** No stored value needs any dictionary but the present one: the others are let go. */
  endPass(): void {
    for (let slot = 1; slot < this.dictionaries.length; slot++) {
      if (slot !== this.current) this.dictionaries[slot] = undefined;
    }
  }

  private takeSample(value: Uint8Array, offset: number, length: number): void {
    const nth = this.seen++;
    const place = nth < samplesMax ? nth : Math.floor(this.random() * nth);
    if (place < samplesMax) {
      this.samples[place] = value.slice(offset, offset + Math.min(length, sampleBytesMax));
    }
    if (this.seen >= this.nextTrainingAt && levels[this.levelNow]!.dictionaryBytes > 0) this.train();
  }

  private train(): void {
    this.nextTrainingAt = this.seen * 2;
    const slot = this.freeSlot();
    if (slot === 0) return;
    const { dictionaryBytes, attempts } = levels[this.levelNow]!;
    const even = this.samples.filter((_, i) => i % 2 === 0);
    const odd = this.samples.filter((_, i) => i % 2 === 1);
    const bytes = trainDictionary(even, dictionaryBytes);
    if (bytes.length === 0) return;
    this.dictionaries[slot] = dictionaryOf(bytes);
    const before = this.sizeOf(odd, this.current, attempts);
    if (this.sizeOf(odd, slot, attempts) > before * (1 - gainMin)) {
      this.dictionaries[slot] = undefined;
      return;
    }
    this.current = slot;
    this.trainings += 1;
    this.passWanted = true;
  }

  private sizeOf(values: readonly Uint8Array[], slot: number, attempts: number): number {
    let bytes = 0;
    for (const value of values)
      bytes += this.packWith(slot, attempts, value, 0, value.length) || value.length;
    return bytes;
  }

  private freeSlot(): number {
    for (let slot = 1; slot <= dictionarySlots; slot++)
      if (this.dictionaries[slot] === undefined) return slot;
    return 0;
  }
}
