// One chunk of a list: consecutive elements packed in one run of bytes, which is either an arena block of its own or,
// for a small list, a part of the key's entry. Elements can be added and taken at both ends in constant time. It knows
// nothing of keys, of other chunks, or of what a change means to other nodes.
//
//   word 0   tag of the offsets kept for this chunk, 0 = none
//   word 1   where the data begin, word 2 where they end (bytes from the chunk's own start)
//   word 3   elements (16 bits) | 1 << 16 where stamps are expected to fall from one element to the next
//   word 4   first element: stamp lower, word 5 upper; word 6 origins of the first (16 bits) and the last << 16
//   word 7   last element: stamp lower, word 8 upper
//   word 9   first element: rank lower, word 10 upper; word 11, 12 the last one's
//   word 13  bytes of the whole chunk
//   data     elements; free room on either side
//
// An element is [relation][attributes] (relation.ts) value (list-value.ts). Each is expected to be the next push after
// the one before: stamp one further (or back, in chunks that grew to the left), rank one step higher, same origin. Then
// it has no relation; the first never has one, as the header says all of it.
import { copyBytes } from '../../base/runs.ts';
import type { ReplyWriter } from '../../resp/reply-writer.ts';
import type { Arena } from '../arena.ts';
import { type Element, Place } from './element.ts';
import {
  type ListValue,
  valueBytesAt,
  valueHeadBytesMax,
  valueHeadEnd,
  writeValueHead,
} from './list-value.ts';
import { rankStep } from './position.ts';
import {
  attributesBytesMax,
  attributesHead,
  isExpected,
  relationBytesMax,
  skipHead,
  writeAttributes,
  writeRelation,
} from './relation.ts';
import { type TailOffsets, TailsOfChunks } from './tail-offsets.ts';
import { ValueNeedle } from './value-needle.ts';

export const chunkHeaderBytes = 56;
/** Elements of one chunk: what a walk through it may cost. */
export const chunkElementsMax = 1024;
/** Room that inserts leave to removals, which may need a byte or two for a longer relation. */
const slackBytes = 16;
const two32 = 4294967296;
const fallsBit = 1 << 16;

export class Chunks {
  readonly arena: Arena;
  /** The element at which the last `seek`, `open` or `next` stopped. */
  readonly place = new Place();
  /** The element before it, after a `seek`. */
  readonly before = new Place();
  index = 0;
  /** Offsets of its relation, its attributes, its value, and what follows. */
  at = 0;
  attributes = 0;
  value = 0;
  end = 0;
  /** Its position's extension. */
  extensionOffset = 0;
  extensionLength = 0;
  /** The value's own dot; origin 0: it has none. */
  dotOrigin = 0;
  dotHi = 0;
  dotLo = 0;
  /** The value that `needlesIn` looks for. */
  readonly needle = new ValueNeedle();
  private chunk = 0;
  private count = 0;
  private step = 1;
  private readonly u8: Uint8Array;
  private readonly i32: Int32Array;
  /** Attributes and head of the value being written. */
  private readonly out = new Uint8Array(attributesBytesMax + valueHeadBytesMax);
  private outBytes = 0;
  private tailBytes = 0;
  private readonly relation = new Uint8Array(relationBytesMax);
  private readonly relationBehind = new Uint8Array(relationBytesMax);
  private readonly tails = new TailsOfChunks(chunkElementsMax);
  private readonly end1 = new Place();
  private p = 0;

  constructor(arena: Arena) {
    this.arena = arena;
    this.u8 = arena.u8;
    this.i32 = arena.i32;
  }

  // ---- the header

  /** Makes an empty chunk of `bytes` bytes at `chunk`. */
  init(chunk: number, bytes: number): void {
    const w = chunk >> 2;
    const i32 = this.i32;
    i32[w] = 0;
    i32[w + 1] = chunkHeaderBytes;
    i32[w + 2] = chunkHeaderBytes;
    i32[w + 3] = 0;
    i32[w + 13] = bytes;
  }

  countOf(chunk: number): number {
    return this.i32[(chunk >> 2) + 3]! & 0xffff;
  }

  /** Bytes of the elements. */
  dataBytes(chunk: number): number {
    const w = chunk >> 2;
    return this.i32[w + 2]! - this.i32[w + 1]!;
  }

  room(chunk: number): number {
    return this.i32[(chunk >> 2) + 13]!;
  }

  /** The chunk has been given more bytes, or fewer, behind its data. */
  setRoom(chunk: number, bytes: number): void {
    this.i32[(chunk >> 2) + 13] = bytes;
  }

  private setCount(w: number, count: number): void {
    this.i32[w + 3] = (this.i32[w + 3]! & ~0xffff) | count;
  }

  private stepOf(w: number): number {
    return (this.i32[w + 3]! & fallsBit) === 0 ? 1 : -1;
  }

  /** Loads the first element's place. */
  first(chunk: number, to: Place): void {
    const w = chunk >> 2;
    const i32 = this.i32;
    to.lo = i32[w + 4]!;
    to.hi = i32[w + 5]!;
    to.origin = i32[w + 6]! & 0xffff;
    to.rank = this.rankAt(w + 9);
  }

  /** Loads the last element's place. */
  last(chunk: number, to: Place): void {
    const w = chunk >> 2;
    const i32 = this.i32;
    to.lo = i32[w + 7]!;
    to.hi = i32[w + 8]!;
    to.origin = i32[w + 6]! >>> 16;
    to.rank = this.rankAt(w + 11);
  }

  /** The rank of the first or the last element. */
  rankOfEnd(chunk: number, atFront: boolean): number {
    return this.rankAt((chunk >> 2) + (atFront ? 9 : 11));
  }

  /** The origin of the first or the last element. */
  originOfEnd(chunk: number, atFront: boolean): number {
    const origins = this.i32[(chunk >> 2) + 6]!;
    return (origins >>> (atFront ? 0 : 16)) & 0xffff;
  }

  private rankAt(w: number): number {
    return this.i32[w + 1]! * two32 + (this.i32[w]! >>> 0);
  }

  private setFirst(w: number, place: Place): void {
    const i32 = this.i32;
    i32[w + 4] = place.lo;
    i32[w + 5] = place.hi;
    i32[w + 6] = (i32[w + 6]! & ~0xffff) | place.origin;
    const hi = Math.floor(place.rank / two32);
    i32[w + 9] = (place.rank - hi * two32) | 0;
    i32[w + 10] = hi;
  }

  private setLast(w: number, place: Place): void {
    const i32 = this.i32;
    i32[w + 7] = place.lo;
    i32[w + 8] = place.hi;
    i32[w + 6] = (i32[w + 6]! & 0xffff) | (place.origin << 16);
    const hi = Math.floor(place.rank / two32);
    i32[w + 11] = (place.rank - hi * two32) | 0;
    i32[w + 12] = hi;
  }

  // ---- reading

  /** Stands before the first element. */
  open(chunk: number): void {
    const w = chunk >> 2;
    this.chunk = chunk;
    this.count = this.i32[w + 3]! & 0xffff;
    this.step = this.stepOf(w);
    this.index = -1;
    this.end = chunk + this.i32[w + 1]!;
    this.at = this.end;
  }

  /** Steps to the next element; false behind the last. */
  next(): boolean {
    if (this.index + 1 >= this.count) return false;
    this.index += 1;
    const u8 = this.u8;
    this.at = this.end;
    this.p = this.end;
    const b = u8[this.p]!;
    if (this.index === 0) this.first(this.chunk, this.place);
    else if (isExpected(b)) this.place.advance(1, this.step);
    else this.readRelation(b);
    this.finish();
    return true;
  }

  /** Reads on from the end of a relation. */
  private finish(): void {
    const b = this.u8[this.p]!;
    this.attributes = this.p;
    this.dotOrigin = 0;
    this.extensionLength = 0;
    if (b >= valueHeadEnd) this.readAttributes(b);
    this.value = this.p;
    this.end = this.p + valueBytesAt(this.u8, this.p);
  }

  /** Stands at element k, with the one before it (if any) in `before`; k = the count: behind the last one. */
  seek(chunk: number, k: number): void {
    this.open(chunk);
    if (k > 0 && k === this.count) {
      this.last(chunk, this.before);
      this.index = k;
      this.at = chunk + this.i32[(chunk >> 2) + 2]!;
      this.end = this.at;
      return;
    }
    for (let i = 0; i < k; i++) this.next();
    this.before.copy(this.place);
    this.next();
  }

  private readRelation(b: number): void {
    const { place, step } = this;
    this.p += 1;
    if (b >= skipHead) {
      place.advance(b === 0xff ? 17 + this.varint() : b - skipHead + 2, step);
      return;
    }
    place.advance(1, step);
    if ((b & 1) !== 0) place.shift(this.zigzag());
    if ((b & 2) !== 0) place.origin = this.varint();
    if ((b & 4) !== 0) place.rank += this.zigzag();
  }

  private readAttributes(b: number): void {
    this.p += 1;
    if ((b & 1) !== 0) {
      const d = this.zigzag();
      const stamp = this.place.hi * two32 + (this.place.lo >>> 0) + d;
      this.dotHi = Math.floor(stamp / two32);
      this.dotLo = (stamp - this.dotHi * two32) | 0;
      this.dotOrigin = this.varint();
    }
    if ((b & 2) !== 0) {
      this.extensionLength = this.varint();
      this.extensionOffset = this.p;
      this.p += this.extensionLength;
    }
  }

  private varint(): number {
    const u8 = this.u8;
    let b = u8[this.p++]!;
    if (b < 128) return b;
    let n = b & 127;
    let scale = 128;
    do {
      b = u8[this.p++]!;
      n += (b & 127) * scale;
      scale *= 128;
    } while (b >= 128);
    return n;
  }

  private zigzag(): number {
    const z = this.varint();
    return z % 2 === 0 ? z / 2 : -(z + 1) / 2;
  }

  private skipRelation(b: number): void {
    this.p += 1;
    if (b === 0xff) this.varint();
    else if (b < attributesHead) for (let bits = b & 7; bits !== 0; bits &= bits - 1) this.varint();
  }

  /** Where the value of the element at `at` stands: past its relation and its attributes. */
  valueAt(at: number): number {
    const u8 = this.u8;
    this.p = at;
    let b = u8[at]!;
    if (b < valueHeadEnd) return at;
    if ((b & 0xf8) !== attributesHead) {
      this.skipRelation(b);
      b = u8[this.p]!;
      if (b < valueHeadEnd) return this.p;
    }
    this.p += 1;
    if ((b & 1) !== 0) {
      this.varint();
      this.varint();
    }
    if ((b & 2) !== 0) {
      const length = this.varint();
      this.p += length;
    }
    return this.p;
  }

  /** Stands at the last element, which there must be. */
  openLast(chunk: number): void {
    const count = this.countOf(chunk);
    const at = this.elementAt(chunk, count - 1);
    this.last(chunk, this.place);
    this.chunk = chunk;
    this.count = count;
    this.step = this.stepOf(chunk >> 2);
    this.index = count - 1;
    this.at = at;
    this.p = at;
    const b = this.u8[at]!;
    if (b >= valueHeadEnd && (b & 0xf8) !== attributesHead) this.skipRelation(b);
    this.finish();
  }

  /** The offset of the first element: walk on with `valueAt` and the value's length. */
  dataStart(chunk: number): number {
    return chunk + this.i32[(chunk >> 2) + 1]!;
  }

  /** The offset of element k, found from the side that is known to be nearer. */
  elementAt(chunk: number, k: number): number {
    const w = chunk >> 2;
    const count = this.i32[w + 3]! & 0xffff;
    if (k * 2 > count) {
      const tail = this.tailOf(chunk);
      const i = tail.top - (count - k);
      if (i >= tail.bottom) return chunk + tail.offsets[i]!;
    }
    let at = chunk + this.i32[w + 1]!;
    for (let i = 0; i < k; i++) at = this.after(at);
    return at;
  }

  /** What follows the value at `value`. */
  behind(value: number): number {
    return value + valueBytesAt(this.u8, value);
  }

  /** Replies with the values of `n` elements from the one at `at` on. */
  reply(at: number, n: number, reply: ReplyWriter, scratch: ListValue): void {
    const u8 = this.u8;
    let p = at;
    for (let i = 0; i < n; i++) {
      if (u8[p]! >= valueHeadEnd) p = this.valueAt(p);
      const b = u8[p]!;
      if (b < 0x80) {
        reply.bulkInteger(b);
        p += 1;
      } else if (b < 0xc0) {
        reply.bulk(u8, p + 1, b & 63);
        p += 1 + (b & 63);
      } else {
        scratch.read(u8, p);
        reply.bulk(scratch.bytes, scratch.offset, scratch.length);
        p = this.behind(p);
      }
    }
  }

  /** Which of the `n` elements from k on have the value looked for. */
  needlesIn(chunk: number, k: number, n: number): number[] {
    const { u8, needle } = this;
    const found: number[] = [];
    let p = this.elementAt(chunk, k);
    for (let i = k; i < k + n; i++) {
      if (u8[p]! >= valueHeadEnd) p = this.valueAt(p);
      if (needle.isAt(u8, p)) found.push(i);
      p = this.behind(p);
    }
    return found;
  }

  private after(at: number): number {
    const value = this.u8[at]! < valueHeadEnd ? at : this.valueAt(at);
    return value + valueBytesAt(this.u8, value);
  }

  /** The kept offsets of a chunk's last elements, all of them where none are kept yet. */
  private tailOf(chunk: number): TailOffsets {
    const w = chunk >> 2;
    const known = this.tails.find(this.i32[w]!);
    if (known !== undefined && known.top > known.bottom) return known;
    const count = this.i32[w + 3]! & 0xffff;
    const tail = this.tails.begin(count);
    this.i32[w] = tail.tag;
    let at = chunk + this.i32[w + 1]!;
    for (let i = 0; i < count; i++) {
      tail.offsets[i] = at - chunk;
      at = this.after(at);
    }
    return tail;
  }

  // ---- writing at the ends

  /**
   * Takes up the element that the next append, prepend, insert or rewrite writes; returns its bytes but for relations.
   */
  prepare(e: Element): number {
    const { out } = this;
    const head = e.dotOrigin !== 0 || e.extensionLength > 0 ? writeAttributes(e, out) : 0;
    this.outBytes = writeValueHead(e.bytes, e.offset, e.length, out, head);
    this.tailBytes = out[head]! >= 0x80 && out[head]! < 0xd0 ? e.length : 0;
    return this.outBytes + this.tailBytes;
  }

  /** Writes a relation and the prepared element behind it; returns where it ends. */
  private writeBehind(at: number, relation: Uint8Array, relationBytes: number, e: Element): number {
    this.writeShort(at, relation, relationBytes);
    return this.writePrepared(at + relationBytes, e);
  }

  private writePrepared(at: number, e: Element): number {
    const { outBytes, tailBytes } = this;
    this.writeShort(at, this.out, outBytes);
    copyBytes(this.u8, at + outBytes, e.bytes, e.offset, tailBytes);
    return at + outBytes + tailBytes;
  }

  /** Copies a few bytes, which most relations and heads are: none or one. */
  private writeShort(at: number, bytes: Uint8Array, length: number): void {
    const { u8 } = this;
    for (let i = 0; i < length; i++) u8[at + i] = bytes[i]!;
  }

  /** Adds the prepared element behind the last one; false where it does not fit. */
  append(chunk: number, e: Element): boolean {
    const w = chunk >> 2;
    const i32 = this.i32;
    const count = i32[w + 3]! & 0xffff;
    if (count >= chunkElementsMax) return false;
    if (count === 0) return this.makeEmpty(w, false) && this.appendFirst(chunk, e);
    if (count === 1) i32[w + 3] = count;
    const relation = this.relationBehindLast(w, e.place);
    const need = relation + this.outBytes + this.tailBytes;
    if (i32[w + 2]! + need + slackBytes > i32[w + 13]! && !this.slideLeft(chunk, need)) return false;
    const at = i32[w + 2]!;
    this.writeBehind(chunk + at, this.relation, relation, e);
    i32[w + 2] = at + need;
    if (relation === 0) this.shiftPlace(w + 7, w + 11, this.stepOf(w), rankStep);
    else this.setLast(w, e.place);
    i32[w + 3] = i32[w + 3]! + 1;
    if (i32[w] !== 0 && !this.tails.push(i32[w]!, at)) this.i32[w] = 0;
    return true;
  }

  /** Writes to `relation` how a place differs from what is expected behind the last element; returns the bytes. */
  private relationBehindLast(w: number, place: Place): number {
    const { i32 } = this;
    const { lo, hi, origin, rank } = place;
    const step = this.stepOf(w);
    const isExpected =
      lo === ((i32[w + 7]! + step) | 0) &&
      hi === i32[w + 8] &&
      origin === i32[w + 6]! >>> 16 &&
      rank - this.rankAt(w + 11) === rankStep;
    if (isExpected) return 0;
    this.last(w << 2, this.end1);
    return writeRelation(this.end1, place, step, this.relation);
  }

  /** The same of the first element behind a place that comes before it. */
  private relationOfFirst(w: number, place: Place): number {
    const { i32 } = this;
    const { lo, hi, origin, rank } = place;
    const step = this.stepOf(w);
    const isExpected =
      i32[w + 4] === ((lo + step) | 0) &&
      hi === i32[w + 5] &&
      origin === (i32[w + 6]! & 0xffff) &&
      this.rankAt(w + 9) - rank === rankStep;
    if (isExpected) return 0;
    this.first(w << 2, this.end1);
    return writeRelation(place, this.end1, step, this.relation);
  }

  private appendFirst(chunk: number, e: Element): boolean {
    const w = chunk >> 2;
    this.i32[w + 2] = this.writePrepared(chunk + this.i32[w + 2]!, e) - chunk;
    this.setFirst(w, e.place);
    this.setLast(w, e.place);
    this.i32[w + 3] = 1;
    return true;
  }

  /** Puts the first element of an empty chunk at one end of it; false where the chunk is too small for it. */
  private makeEmpty(w: number, atEnd: boolean): boolean {
    const need = this.outBytes + this.tailBytes;
    const room = this.i32[w + 13]!;
    if (chunkHeaderBytes + need + 2 * slackBytes > room) return false;
    this.i32[w] = 0;
    this.i32[w + 1] = atEnd ? room - need : chunkHeaderBytes;
    this.i32[w + 2] = this.i32[w + 1]!;
    return true;
  }

  /** Adds the prepared element before the first one; false where it does not fit. */
  prepend(chunk: number, e: Element): boolean {
    const w = chunk >> 2;
    const i32 = this.i32;
    const count = i32[w + 3]! & 0xffff;
    if (count === 0) return this.makeEmpty(w, true) && this.appendFirst(chunk, e);
    if (count >= chunkElementsMax) return false;
    if (count === 1) i32[w + 3] = count | fallsBit;
    const relation = this.relationOfFirst(w, e.place);
    const need = relation + this.outBytes + this.tailBytes;
    if (i32[w + 1]! - need - slackBytes < chunkHeaderBytes && !this.slideRight(chunk, need)) return false;
    const at = i32[w + 1]! - need;
    const behind = this.writePrepared(chunk + at, e);
    this.writeShort(behind, this.relation, relation);
    if (i32[w] !== 0) this.tails.moveFirst(i32[w]!, count, behind - chunk);
    i32[w + 1] = at;
    if (relation === 0) this.shiftPlace(w + 4, w + 9, -this.stepOf(w), -rankStep);
    else this.setFirst(w, e.place);
    i32[w + 3] = i32[w + 3]! + 1;
    return true;
  }

  /** Moves the data to the front so that `need` bytes fit behind them; not for the sake of a few bytes more. */
  private slideLeft(chunk: number, need: number): boolean {
    const w = chunk >> 2;
    const [start, end, room] = [this.i32[w + 1]!, this.i32[w + 2]!, this.room(chunk)];
    const free = room - chunkHeaderBytes - (end - start);
    if (free < need + 2 * slackBytes + (room >> 4)) return false;
    this.shiftData(chunk, chunkHeaderBytes + slackBytes);
    return true;
  }

  private slideRight(chunk: number, need: number): boolean {
    const w = chunk >> 2;
    const [start, end, room] = [this.i32[w + 1]!, this.i32[w + 2]!, this.room(chunk)];
    const free = room - chunkHeaderBytes - (end - start);
    if (free < need + 2 * slackBytes + (room >> 4)) return false;
    this.shiftData(chunk, room - slackBytes - (end - start));
    return true;
  }

  /** Moves the data to the front. */
  pullLeft(chunk: number): void {
    this.shiftData(chunk, chunkHeaderBytes);
  }

  private shiftData(chunk: number, start: number): void {
    const w = chunk >> 2;
    const [from, to] = [this.i32[w + 1]!, this.i32[w + 2]!];
    this.u8.copyWithin(chunk + start, chunk + from, chunk + to);
    this.i32[w + 1] = start;
    this.i32[w + 2] = start + to - from;
    this.i32[w] = 0;
  }

  /** Takes the first element out. */
  removeFirst(chunk: number): void {
    const w = chunk >> 2;
    const i32 = this.i32;
    const count = (i32[w + 3]! & 0xffff) - 1;
    if (count === 0) {
      this.init(chunk, i32[w + 13]!);
      return;
    }
    let at = this.after(chunk + i32[w + 1]!);
    if (isExpected(this.u8[at]!)) this.shiftPlace(w + 4, w + 9, this.stepOf(w), rankStep);
    else {
      this.open(chunk);
      this.next();
      this.next();
      at = this.attributes;
      this.setFirst(w, this.place);
    }
    i32[w + 1] = at - chunk;
    i32[w + 3] = i32[w + 3]! - 1;
    if (i32[w] !== 0) this.tails.moveFirst(i32[w]!, count, at - chunk);
  }

  /** Takes the last element out. */
  removeLast(chunk: number): void {
    const w = chunk >> 2;
    const i32 = this.i32;
    const count = (i32[w + 3]! & 0xffff) - 1;
    if (count === 0) {
      this.init(chunk, i32[w + 13]!);
      return;
    }
    const tail = this.tailOf(chunk);
    tail.top -= 1;
    const at = tail.offsets[tail.top]!;
    const step = this.stepOf(w);
    if (isExpected(this.u8[chunk + at]!)) this.shiftPlace(w + 7, w + 11, -step, -rankStep);
    else {
      this.last(chunk, this.place);
      if (!this.stepBack(chunk + at, step)) {
        this.open(chunk);
        for (let i = 0; i < count; i++) this.next();
      }
      this.setLast(w, this.place);
    }
    i32[w + 2] = at;
    i32[w + 3] = i32[w + 3]! - 1;
  }

  /** Adds 1 or -1 to the stamp that begins at word v, and to the rank at word r less than its lower half holds. */
  private shiftPlace(v: number, r: number, stampBy: number, rankBy: number): void {
    const { i32 } = this;
    const lo = (i32[v]! + stampBy) | 0;
    i32[v] = lo;
    i32[v + 1] = i32[v + 1]! + (lo === stampBy >> 1 ? stampBy : 0);
    const rank = (i32[r]! >>> 0) + rankBy;
    i32[r] = rank | 0;
    i32[r + 1] = i32[r + 1]! + (rank >= two32 ? 1 : rank < 0 ? -1 : 0);
  }

  /**
   * Turns `place`, that of the element at `at`, into that of the one before by its relation; false where the origin is
   * another's.
   */
  private stepBack(at: number, step: number): boolean {
    const { place } = this;
    const b = this.u8[at]!;
    this.p = at + 1;
    if (b >= skipHead) {
      place.advance(-(b === 0xff ? 17 + this.varint() : b - skipHead + 2), step);
      return true;
    }
    if ((b & 2) !== 0) return false;
    place.advance(-1, step);
    if ((b & 1) !== 0) place.shift(-this.zigzag());
    if ((b & 4) !== 0) place.rank -= this.zigzag();
    return true;
  }

  // ---- writing in the middle, at the element of the last `seek`

  /** Puts the prepared element before the one at k; false where it does not fit. */
  insert(chunk: number, k: number, e: Element): boolean {
    const count = this.countOf(chunk);
    if (k === count) return this.append(chunk, e);
    if (k === 0) return this.prepend(chunk, e);
    if (count >= chunkElementsMax) return false;
    const w = chunk >> 2;
    const step = this.stepOf(w);
    this.seek(chunk, k);
    const left = writeRelation(this.before, e.place, step, this.relation);
    const own = this.outBytes + this.tailBytes;
    const right = writeRelation(e.place, this.place, step, this.relationBehind);
    let at = this.gap(chunk, this.at, this.attributes, left + own + right, slackBytes);
    if (at === 0) return false;
    at = this.writeBehind(at, this.relation, left, e);
    this.writeShort(at, this.relationBehind, right);
    this.setCount(w, count + 1);
    return true;
  }

  /** Takes element k out; false where the next one's relation, grown by it, does not fit. */
  remove(chunk: number, k: number): boolean {
    const count = this.countOf(chunk);
    if (k === 0) {
      this.removeFirst(chunk);
      return true;
    }
    if (k === count - 1) {
      this.removeLast(chunk);
      return true;
    }
    const w = chunk >> 2;
    this.seek(chunk, k);
    const from = this.at;
    this.next();
    const relation = writeRelation(this.before, this.place, this.stepOf(w), this.relation);
    const at = this.gap(chunk, from, this.attributes, relation, 0);
    if (at === 0) return false;
    this.writeShort(at, this.relation, relation);
    this.setCount(w, count - 1);
    return true;
  }

  /** Replaces attributes and value of element k by the prepared one's; false where that does not fit. */
  rewrite(chunk: number, k: number, e: Element): boolean {
    this.seek(chunk, k);
    const at = this.gap(chunk, this.attributes, this.end, this.outBytes + this.tailBytes, slackBytes);
    if (at === 0) return false;
    this.writePrepared(at, e);
    return true;
  }

  /**
   * Makes [from, to) `need` bytes long by moving what is around it; returns where it begins, 0 where there is no room.
   */
  private gap(chunk: number, from: number, to: number, need: number, spareBytes: number): number {
    const w = chunk >> 2;
    const i32 = this.i32;
    const [start, end] = [chunk + i32[w + 1]!, chunk + i32[w + 2]!];
    const more = need - (to - from);
    // Also where nothing moves: a relation may have taken the place of an element.
    this.i32[w] = 0;
    if (more === 0) return from;
    const right = more < 0 || end + more + spareBytes <= chunk + i32[w + 13]!;
    const left = more < 0 || start - more - spareBytes >= chunk + chunkHeaderBytes;
    if (right && (!left || end - to <= from - start)) {
      this.u8.copyWithin(to + more, to, end);
      i32[w + 2] = end + more - chunk;
      return from;
    }
    if (!left) return 0;
    this.u8.copyWithin(start - more, start, from);
    i32[w + 1] = start - more - chunk;
    return from - more;
  }

  // ---- whole chunks

  /** Copies a chunk into another block of `bytes` bytes; its free room is on the left or on the right. */
  copyTo(chunk: number, to: number, bytes: number, roomOnLeft: boolean): void {
    const [w, t] = [chunk >> 2, to >> 2];
    const data = this.dataBytes(chunk);
    const from = this.dataStart(chunk);
    this.i32.copyWithin(t, w, w + 13);
    const start = roomOnLeft ? bytes - data : chunkHeaderBytes;
    this.i32[t] = 0;
    this.i32[t + 1] = start;
    this.i32[t + 2] = start + data;
    this.i32[t + 13] = bytes;
    this.u8.copyWithin(to + start, from, from + data);
  }

  /** Bytes that a chunk of the elements from k on would take at least. */
  splitBytes(chunk: number, k: number): number {
    this.seek(chunk, k);
    return chunkHeaderBytes + chunk + this.i32[(chunk >> 2) + 2]! - this.attributes;
  }

  /** Moves the elements from k on (neither the first nor beyond the last) to the empty chunk `to`. */
  split(chunk: number, k: number, to: number): void {
    const [w, t] = [chunk >> 2, to >> 2];
    const count = this.countOf(chunk);
    this.seek(chunk, k);
    const end = chunk + this.i32[w + 2]!;
    const start = this.i32[t + 1]!;
    this.u8.copyWithin(to + start, this.attributes, end);
    this.i32[t + 2] = start + end - this.attributes;
    this.i32[t + 3] = (this.i32[w + 3]! & fallsBit) | (count - k);
    this.setFirst(t, this.place);
    this.last(chunk, this.place);
    this.setLast(t, this.place);
    this.setLast(w, this.before);
    this.i32[w + 2] = this.at - chunk;
    this.setCount(w, k);
    this.i32[w] = 0;
  }

  /** Whether `merge` of b behind a would fit, with something to spare. */
  canMerge(a: number, b: number): boolean {
    const [v, w] = [a >> 2, b >> 2];
    if (this.countOf(a) + this.countOf(b) > chunkElementsMax / 2) return false;
    if (this.stepOf(v) !== this.stepOf(w)) return false;
    const bytes = this.dataBytes(a) + this.dataBytes(b) + relationBytesMax + chunkHeaderBytes;
    return bytes + bytes / 4 + 2 * slackBytes <= this.room(a);
  }

  /** Adds all elements of b behind those of a. */
  merge(a: number, b: number): void {
    const [v, w] = [a >> 2, b >> 2];
    this.last(a, this.before);
    this.first(b, this.place);
    const relation = writeRelation(this.before, this.place, this.stepOf(v), this.relation);
    const data = this.dataBytes(b);
    if (this.i32[v + 2]! + relation + data > this.room(a)) this.shiftData(a, chunkHeaderBytes);
    let at = a + this.i32[v + 2]!;
    this.writeShort(at, this.relation, relation);
    at += relation;
    const from = this.dataStart(b);
    this.u8.copyWithin(at, from, from + data);
    this.i32[v + 2] = at + data - a;
    this.setCount(v, this.countOf(a) + this.countOf(b));
    this.last(b, this.place);
    this.setLast(v, this.place);
    this.i32[v] = 0;
    this.i32[w] = 0;
  }
}
