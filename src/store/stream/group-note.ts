// Notes of changes of consumer groups, for this node's journal and snapshots alone: how they are written and read. Each
// says what is so from then on, so that a note may be replayed over a state that has it already. They know no streams.
//
//   u8 op, then by op (names: varint length, bytes; ids: two u64 varints; numbers: varints, those that may be -1 one more):
//   create, set  name, last id, entries read + 1          destroy  name
//   consumer     name, consumer, seen ms, active ms + 1   leave    name, consumer
//   deliver      name, consumer, time ms, { id, count }   ack      name, { id }
import { assert } from '../../base/assert.ts';
import type { StreamId } from '../../delta/stream-id.ts';
import { Varint64, varint64BytesMax, writeVarint64 } from '../../delta/varint64.ts';

export const GroupOp = { create: 0, set: 1, destroy: 2, consumer: 3, leave: 4, deliver: 5, ack: 6 } as const;

const initialBytes = 1024;
const two32 = 4294967296;
/** One more than the largest count there is, which is how that one is written where it may be -1. */
const numberMax = 2 ** 53;

/** A note as it is told. */
export interface NoteBytes {
  readonly bytes: Uint8Array;
  readonly length: number;
}

export class GroupNote implements NoteBytes {
  bytes = new Uint8Array(initialBytes);
  length = 0;

  begin(op: number, name: Uint8Array): this {
    this.length = 0;
    this.ensure(1);
    this.bytes[this.length++] = op;
    return this.text(name);
  }

  text(value: Uint8Array): this {
    this.ensure(value.length + varint64BytesMax);
    this.number(value.length);
    this.bytes.set(value, this.length);
    this.length += value.length;
    return this;
  }

  /** What the reader would refuse may not be written: the note would be lost with all that follows from it. */
  number(n: number): this {
    assert(Number.isInteger(n) && n >= 0 && n <= numberMax, 'a number beyond what notes hold');
    return this.wide(Math.floor(n / two32), n >>> 0);
  }

  id(id: StreamId): this {
    return this.wide(id.msHi, id.msLo).wide(id.seqHi, id.seqLo);
  }

  private wide(hi: number, lo: number): this {
    this.ensure(varint64BytesMax);
    this.length = writeVarint64(hi, lo, this.bytes, this.length);
    return this;
  }

  private ensure(more: number): void {
    if (this.length + more <= this.bytes.length) return;
    const grown = new Uint8Array(Math.max(this.length + more, this.bytes.length * 2));
    grown.set(this.bytes.subarray(0, this.length));
    this.bytes = grown;
  }
}

/** Reads a note; where it ends early `isSound` is false from then on, and what is read is nothing. */
export class GroupNoteReader {
  isSound = true;
  private readonly bytes: Uint8Array;
  private p: number;
  private readonly end: number;
  /** The number read last. */
  private readonly last = new Varint64();

  constructor(bytes: Uint8Array, offset: number, length: number) {
    this.bytes = bytes;
    this.p = offset;
    this.end = offset + length;
  }

  get isAtEnd(): boolean {
    return this.p >= this.end || !this.isSound;
  }

  u8(): number {
    if (this.p >= this.end) {
      this.isSound = false;
      return 0;
    }
    return this.bytes[this.p++]!;
  }

  text(): Buffer {
    const length = this.number();
    if (length > this.end - this.p) this.isSound = false;
    if (!this.isSound) return Buffer.alloc(0);
    this.p += length;
    return Buffer.from(this.bytes.subarray(this.p - length, this.p));
  }

  number(): number {
    this.wide();
    const { hi, lo } = this.last;
    const n = hi * two32 + lo;
    if (n > numberMax) this.isSound = false;
    return this.isSound ? n : 0;
  }

  id(into: StreamId): StreamId {
    this.wide();
    const { hi, lo } = this.last;
    this.wide();
    return into.set(hi, lo, this.last.hi, this.last.lo);
  }

  private wide(): void {
    const { last } = this;
    const end = last.read(this.bytes, this.p, this.end);
    if (end >= 0) {
      this.p = end;
      return;
    }
    this.isSound = false;
    last.hi = 0;
    last.lo = 0;
  }
}
