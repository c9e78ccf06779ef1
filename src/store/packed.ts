// The packed form of a small collection: all its elements with their dots in one run of bytes, the value of the key's
// entry. A cursor walks it in place, in the arena; changes are spliced by their owner (elements/packed-run.ts). It
// knows no blocks and no tables. Live elements keep their order, in a sorted set that of their scores; dead ones, while
// they are remembered, stand where they died.
//
//   u8       1 = meta follows the header | 2 some element has or had a deadline | bytes of a stamp << 4
//   u8       live elements
//   u16      base origin
//   u32 u24  base stamp: lower 32 bits, upper bits
//   [meta    varint length, packed KeyState of the key without its content]
//   record   head varint: name length << 2 | 2 the dot has an origin of its own | 1 a packed KeyState
//            name
//            plain: zigzag of stamp - base stamp in so many bytes, [u16 origin], value
//            state: u8 1 = live, varint length, packed KeyState; of a live member of a sorted set its score is the end
//
// All stamps have as many bytes as the one that needs most, so that a record is passed by with one look, and one that
// is written anew is as long as before. A value is a varint length and bytes in a hash, eight bytes in a sorted set,
// and nothing in a set.
import { assert } from '../base/assert.ts';
import { stampHi, stampLo } from '../base/clock.ts';
import { copyBytes, sameBytes } from '../base/runs.ts';
import type { Arena } from './arena.ts';
import type { Element } from './elements/element.ts';
import { EntryType } from './entry.ts';
import type { Dot } from './key-state.ts';
import { scoreBytes } from './score.ts';

export const packedHeaderBytes = 11;
export const packedElementsMax = 128;
export const packedBytesMax = 8192;
const two28 = 268435456;
const two32 = 4294967296;
const metaFlag = 1;
const deadlinesFlag = 2;
const stampBytesShift = 4;
/** Where a run says how many of its elements live. */
export const liveCountAt = 1;
const foreign = 2;
const stateFlag = 1;
const noBytes = new Uint8Array(0);

/** Bytes of a value in a record of this type: -1 = it says its length. */
function fixedBytes(type: number): number {
  return type === EntryType.set ? 0 : type === EntryType.zset ? 8 : -1;
}

/** A difference of stamps as a number that is not negative. */
function zigzag(difference: number): number {
  return difference >= 0 ? difference * 2 : -difference * 2 - 1;
}

/** Bytes of a number, seven bits in each. */
function numberBytes(value: number): number {
  let bytes = 1;
  for (let end = 128; value >= end; end *= 128) bytes += 1;
  return bytes;
}

/** Writes a number; returns where it ends. */
function writeNumber(u8: Uint8Array, at: number, value: number): number {
  let p = at;
  let rest = value;
  // In two parts: shifts are for 32 bits.
  if (rest >= two28) {
    const upper = Math.floor(rest / two28);
    let lower = rest - upper * two28;
    for (let i = 0; i < 4; i++) {
      u8[p++] = (lower & 127) | 128;
      lower >>>= 7;
    }
    rest = upper;
  }
  let small = rest | 0;
  while (small >= 128) {
    u8[p++] = (small & 127) | 128;
    small >>>= 7;
  }
  u8[p++] = small;
  return p;
}

/** By a number of bytes: the first difference of a stamp that does not fit. */
const differenceEnds: readonly number[] = Array.from({ length: 8 }, (_, bytes) => 256 ** bytes);

/** Writes a stamp, as its difference from the base, in so many bytes; returns where it ends. */
function writeStamp(u8: Uint8Array, at: number, difference: number, bytes: number): number {
  const end = at + bytes;
  let p = at;
  // In two parts: shifts are for 32 bits.
  for (let lo = difference | 0; p < end && p < at + 4; lo >>>= 8) u8[p++] = lo;
  if (p < end) for (let hi = Math.floor(difference / two32); p < end; hi >>>= 8) u8[p++] = hi;
  return end;
}

function readStamp(u8: Uint8Array, at: number, bytes: number): number {
  let difference = 0;
  for (let p = at + bytes - 1; p >= at; p--) difference = difference * 256 + u8[p]!;
  return difference;
}

/** Writes the head, name and stamp of a plain record; returns where they end. */
function writePlain(u8: Uint8Array, at: number, e: Element, stampBytes: number, isForeign: boolean): number {
  const { nameLength } = e;
  const p = writeNumber(u8, at, (nameLength << 2) | (isForeign ? foreign : 0));
  copyBytes(u8, p, e.name, e.nameOffset, nameLength);
  return writeStamp(u8, p + nameLength, e.difference, stampBytes);
}

/** Which of the last four bytes of something are of a name of this length. */
function tailMask(length: number): number {
  return length >= 4 ? -1 : length === 0 ? 0 : -1 << (8 * (4 - length));
}

/** The last four bytes of a name, or of a shorter one all, as they are read in one word. */
function tailOf(name: Uint8Array, offset: number, length: number): number {
  let tail = 0;
  for (let i = length > 4 ? length - 4 : 0; i < length; i++) tail = (tail >>> 8) | (name[offset + i]! << 24);
  return tail | 0;
}

/** Stands on one record after the other. All offsets are into `u8`. */
export class PackedCursor {
  u8: Uint8Array = noBytes;
  private view: DataView = new DataView(noBytes.buffer);
  /** The whole: from its header to its end. */
  start = 0;
  end = 0;
  /** The current record, and where the next one starts. */
  pos = 0;
  after = 0;
  nameOffset = 0;
  nameLength = 0;
  isState = false;
  isLive = false;
  /** plain: the value; state: the packed KeyState. */
  valueOffset = 0;
  valueLength = 0;
  /** plain: the stamp, and how many bytes each has. */
  dotOffset = 0;
  stampBytes = 1;
  private isForeign = false;
  private fixed = -1;
  private p = 0;

  open(arena: Arena, offset: number, length: number, type: number): void {
    this.u8 = arena.u8;
    this.view = arena.view;
    this.start = offset;
    this.end = offset + length;
    this.fixed = fixedBytes(type);
    this.stampBytes = arena.u8[offset]! >>> stampBytesShift;
    this.after = this.recordsOffset;
  }

  get liveCount(): number {
    return this.u8[this.start + liveCountAt]!;
  }

  set liveCount(count: number) {
    this.u8[this.start + liveCountAt] = count;
  }

  get baseOrigin(): number {
    return this.view.getUint16(this.start + 2, true);
  }

  get baseStamp(): number {
    const { view, start } = this;
    // The byte behind the upper bits is another's.
    return (view.getInt32(start + 8, true) & 0xffffff) * two32 + view.getUint32(start + 4, true);
  }

  get hasMeta(): boolean {
    return (this.u8[this.start]! & metaFlag) !== 0;
  }

  /** Whether some element has a deadline, or had one. */
  get hasDeadlines(): boolean {
    return (this.u8[this.start]! & deadlinesFlag) !== 0;
  }

  noteDeadline(): void {
    this.u8[this.start] = this.u8[this.start]! | deadlinesFlag;
  }

  /** Where the packed KeyState of the key's meta is, behind its length. Only where `hasMeta`. */
  get metaOffset(): number {
    this.p = this.start + packedHeaderBytes;
    this.varint();
    return this.p;
  }

  get recordsOffset(): number {
    if (!this.hasMeta) return this.start + packedHeaderBytes;
    this.p = this.start + packedHeaderBytes;
    const length = this.varint();
    return this.p + length;
  }

  rewind(): void {
    this.after = this.recordsOffset;
  }

  /** Moves to the next record; false at the end. */
  next(): boolean {
    if (this.after >= this.end) return false;
    const { u8 } = this;
    this.pos = this.after;
    let p = this.pos;
    const head = u8[p]! < 128 ? u8[p++]! : this.longNumber(p);
    if (head >= 128) p = this.p;
    const nameLength = head >>> 2;
    this.nameLength = nameLength;
    this.nameOffset = p;
    p += nameLength;
    this.isState = (head & stateFlag) !== 0;
    this.isForeign = (head & foreign) !== 0;
    let length = this.fixed;
    if (this.isState) {
      this.isLive = u8[p++] === 1;
      length = -1;
    } else {
      this.isLive = true;
      this.dotOffset = p;
      p += this.stampBytes;
      if (this.isForeign) p += 2;
    }
    if (length < 0) {
      length = u8[p++]!;
      if (length >= 128) {
        length = this.longNumber(p - 1);
        p = this.p;
      }
    }
    this.valueLength = length;
    this.valueOffset = p;
    this.after = p + length;
    return true;
  }

  /** Moves to the next live record; false at the end. */
  nextLive(): boolean {
    while (this.next()) if (this.isLive) return true;
    return false;
  }

  /** Stands on the record of this name, live or dead; false, at the end, where there is none. */
  find(name: Uint8Array, offset: number, length: number): boolean {
    const { u8, view, end } = this;
    const mask = tailMask(length);
    const tail = tailOf(name, offset, length);
    for (let at = this.recordsOffset; at < end; ) {
      let p = at;
      const head = u8[p]! < 128 ? u8[p++]! : this.longNumber(p);
      if (head >= 128) p = this.p;
      const nameEnd = p + (head >>> 2);
      // By their ends: names often share their beginning.
      if (head >>> 2 === length && (view.getInt32(nameEnd - 4, true) & mask) === tail) {
        let i = length - 5;
        while (i >= 0 && u8[p + i] === name[offset + i]) i -= 1;
        if (i < 0) {
          this.after = at;
          return this.next();
        }
      }
      at = this.behind(nameEnd, head);
    }
    this.pos = end;
    this.after = end;
    return false;
  }

  /** Stands on the record that begins at `at`; whether it has this name. False as well at the end. */
  isAt(at: number, name: Uint8Array, offset: number, length: number): boolean {
    this.after = at;
    return (
      this.next() && this.nameLength === length && sameBytes(this.u8, this.nameOffset, name, offset, length)
    );
  }

  /** Where the record ends that has this head, and whose name ends at `p`. */
  private behind(p: number, head: number): number {
    const { u8, fixed } = this;
    let at = p;
    if ((head & stateFlag) !== 0) at += 1;
    else {
      at += this.stampBytes;
      if ((head & foreign) !== 0) at += 2;
      if (fixed >= 0) return at + fixed;
    }
    const length = u8[at++]!;
    if (length < 128) return at + length;
    const long = this.longNumber(at - 1);
    return this.p + long;
  }

  /**
   * Where a live member belongs by its score and name, looked for from the record at `from` on: before the first live
   * one that is greater. The members are those of a sorted set, and the cursor stands nowhere afterwards.
   */
  placeOf(from: number, e: Element): number {
    const { u8, view, end } = this;
    const { score } = e;
    for (let at = from; at < end; ) {
      let p = at;
      const head = u8[p]! < 128 ? u8[p++]! : this.longNumber(p);
      if (head >= 128) p = this.p;
      const nameEnd = p + (head >>> 2);
      const next = this.behind(nameEnd, head);
      const isLive = (head & stateFlag) === 0 || u8[nameEnd] === 1;
      const other = isLive ? view.getFloat64(next - scoreBytes, true) : Number.NEGATIVE_INFINITY;
      if (other > score) return at;
      if (other === score && isLive) {
        this.nameOffset = p;
        this.nameLength = head >>> 2;
        if (this.compareName(e.name, e.nameOffset, e.nameLength) > 0) return at;
      }
      at = next;
    }
    return end;
  }

  /** Below, equal to or above zero as the current record's name is less than, equal to or greater than these bytes. */
  compareName(name: Uint8Array, offset: number, length: number): number {
    const { u8, nameOffset, nameLength } = this;
    const end = nameLength < length ? nameLength : length;
    for (let i = 0; i < end; i++) {
      const difference = u8[nameOffset + i]! - name[offset + i]!;
      if (difference !== 0) return difference;
    }
    return nameLength - length;
  }

  /** The score of the current record, a live member of a sorted set. */
  get score(): number {
    return this.view.getFloat64(this.after - scoreBytes, true);
  }

  /** Of a plain record. */
  get stamp(): number {
    const z = readStamp(this.u8, this.dotOffset, this.stampBytes);
    return this.baseStamp + (z % 2 === 0 ? z / 2 : -(z + 1) / 2);
  }

  /** Of a plain record. */
  get origin(): number {
    if (!this.isForeign) return this.baseOrigin;
    const p = this.dotOffset + this.stampBytes;
    return this.u8[p]! | (this.u8[p + 1]! << 8);
  }

  get dot(): Dot {
    return { stamp: this.stamp, origin: this.origin };
  }

  /**
   * Takes the difference of an element's stamp from the base into it; returns how many bytes that needs, if too many.
   */
  measureStamp(e: Element): number {
    const difference = zigzag(e.stamp - this.baseStamp);
    e.difference = difference;
    if (difference < differenceEnds[this.stampBytes]!) return 0;
    return differenceEnds.findIndex((end) => difference < end);
  }

  /**
   * Writes an element, whose stamp has been measured, over the plain record of its name: its dot and, in a hash, its
   * value, while a member keeps its score. False, with nothing changed, where that would be of another size, or the
   * record says whose it is.
   */
  rewrite(e: Element): boolean {
    if (this.isForeign || e.valueLength !== this.valueLength || e.origin !== this.baseOrigin) return false;
    writeStamp(this.u8, this.dotOffset, e.difference, this.stampBytes);
    if (this.fixed < 0) copyBytes(this.u8, this.valueOffset, e.value, e.valueOffset, e.valueLength);
    return true;
  }

  /** Bytes of an element as a plain record of the base origin. */
  plainBytes({ nameLength, valueLength }: Element): number {
    const sized = this.fixed < 0 ? numberBytes(valueLength) : 0;
    return numberBytes(nameLength << 2) + nameLength + this.stampBytes + sized + valueLength;
  }

  /** Writes an element of the base origin behind the last record, where there is room for it, and counts it. */
  append(e: Element): void {
    const { u8 } = this;
    let p = writePlain(u8, this.end, e, this.stampBytes, false);
    if (this.fixed < 0) p = writeNumber(u8, p, e.valueLength);
    if (e.valueLength > 0) copyBytes(u8, p, e.value, e.valueOffset, e.valueLength);
    this.liveCount += 1;
  }

  private longNumber(at: number): number {
    this.p = at;
    return this.varint();
  }

  private varint(): number {
    const { u8 } = this;
    let b = u8[this.p++]!;
    if (b < 128) return b;
    let value = b & 127;
    let scale = 128;
    do {
      b = u8[this.p++]!;
      value += (b & 127) * scale;
      scale *= 128;
    } while (b >= 128);
    return value;
  }
}

/** Writes headers, metas and records into a scratch buffer, from which they are copied into the arena. */
export class PackedScratch {
  u8 = new Uint8Array(16_384);
  length = 0;

  clear(): void {
    this.length = 0;
  }

  /** A header; `stampBytes`: of each record that follows. */
  header(base: Dot, live: number, hasDeadlines = false, stampBytes = 1): void {
    this.ensure(packedHeaderBytes);
    const { u8 } = this;
    const lo = stampLo(base.stamp);
    const hi = stampHi(base.stamp);
    u8[0] = (hasDeadlines ? deadlinesFlag : 0) | (stampBytes << stampBytesShift);
    u8[1] = live;
    u8[2] = base.origin & 255;
    u8[3] = base.origin >>> 8;
    for (let i = 0; i < 4; i++) u8[4 + i] = lo >>> (8 * i);
    for (let i = 0; i < 3; i++) u8[8 + i] = hi >>> (8 * i);
    this.length = packedHeaderBytes;
  }

  /** All that the cursor walks through, with more bytes for each stamp. */
  widened(cursor: PackedCursor, stampBytes: number): void {
    const { u8, start, stampBytes: before } = cursor;
    cursor.rewind();
    this.copy(u8, start, cursor.after - start);
    this.u8[0] = (this.u8[0]! & (metaFlag | deadlinesFlag)) | (stampBytes << stampBytesShift);
    while (cursor.next()) {
      const { pos, after, dotOffset, isState } = cursor;
      const rest = isState ? pos : dotOffset + before;
      if (!isState) {
        this.copy(u8, pos, dotOffset - pos);
        this.ensure(stampBytes);
        const difference = readStamp(u8, dotOffset, before);
        this.length = writeStamp(this.u8, this.length, difference, stampBytes);
      }
      this.copy(u8, rest, after - rest);
    }
  }

  /** Directly behind the header. */
  meta(state: Uint8Array): void {
    this.u8[0] = this.u8[0]! | metaFlag;
    this.sized(state, 0, state.length);
  }

  /** The head, name and dot of a plain record of the cursor's run; the value is to follow. */
  plain(e: Element, cursor: PackedCursor): void {
    this.ensure(e.nameLength + 32);
    const isForeign = e.origin !== cursor.baseOrigin;
    this.length = writePlain(this.u8, this.length, e, cursor.stampBytes, isForeign);
    if (!isForeign) return;
    this.u8[this.length++] = e.origin & 255;
    this.u8[this.length++] = e.origin >>> 8;
  }

  /** The element of this name as a packed state. */
  state({ name, nameOffset, nameLength }: Element, isLive: boolean, packed: Uint8Array): void {
    this.ensure(nameLength + 32);
    this.varint((nameLength << 2) | stateFlag);
    this.copy(name, nameOffset, nameLength);
    this.u8[this.length++] = isLive ? 1 : 0;
    this.sized(packed, 0, packed.length);
  }

  sized(bytes: Uint8Array, offset: number, length: number): void {
    this.ensure(length + 8);
    this.varint(length);
    this.copy(bytes, offset, length);
  }

  /** Bytes as they are. */
  copy(bytes: Uint8Array, offset: number, length: number): void {
    this.ensure(length);
    copyBytes(this.u8, this.length, bytes, offset, length);
    this.length += length;
  }

  private varint(value: number): void {
    assert(value <= Number.MAX_SAFE_INTEGER, 'a packed number is beyond 53 bits');
    this.length = writeNumber(this.u8, this.length, value);
  }

  private ensure(bytes: number): void {
    if (this.length + bytes <= this.u8.length) return;
    const grown = new Uint8Array(Math.max(this.length + bytes, this.u8.length * 2));
    grown.set(this.u8.subarray(0, this.length));
    this.u8 = grown;
  }
}
