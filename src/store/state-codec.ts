// Packs a KeyState into bytes and back: the value of entries in the `state` encoding and of tombs. It is the form of
// the less common keys (counters that several nodes wrote, tombstones), so it is simple rather than small:
//
//   u8       which of: 1 value, 2 expiry, 4 kill, 8 marks, 16 purged, 32 sets, 64 floor, 128 kill of no string
//   [value   dot, u32 length, bytes]  [expiry dot, deadline f64]  [kill dot, event dot, [type u8]]  [floor dot]
//   [u8      marks:   stamp f64, run f64, sum]
//   [u16     sets:    dot, u32 length, bytes]
//   u16      slots:   origin u16, stamp f64, run f64, sum
//   u16      records: a slot, event dot
//
// A dot is origin u16 and stamp f64 (exact below 2^53); a sum is u8 0 and i64, or 1, u16 length and decimal text, or 2
// and f64 where that text is of a whole number with few digits: then a node that counts alone changes it in place.
import { assert } from '../base/assert.ts';
import type { SlotRecord } from '../delta/batch-writer.ts';
import { EntryType } from './entry.ts';
import { type CounterSlot, type Dot, emptyState, type KeyState, zeroDot } from './key-state.ts';

const has = {
  value: 1,
  expiry: 2,
  kill: 4,
  marks: 8,
  purged: 16,
  sets: 32,
  floor: 64,
  killType: 128,
} as const;

const dotBytes = 10;

const two32 = 4294967296;
const integerSum = 0;
const wholeSum = 2;
/** Of a slot: origin, stamp and run come before its sum. */
const slotSumAt = 2 + 8 + 8;
/** Whole sums have fewer digits than this one. */
export const wholeSumEnd = 1e13;

function isSmallWhole(text: string): boolean {
  if (text.length > 14) return false;
  const value = Number(text);
  return Math.abs(value) < wholeSumEnd && Number.isInteger(value) && String(value) === text;
}

export class StateCodec {
  private readonly f64Value = new Float64Array(1);
  private readonly f64Bytes = new Uint8Array(this.f64Value.buffer);
  /** What is beneath the slot that was found: a score, or a range of bytes. */
  base = 0;
  baseOffset = 0;
  baseLength = -1;
  private out = Buffer.allocUnsafeSlow(4096);
  private pos = 0;
  private source: Buffer = this.out;

  /** The packed bytes of a live member of a sorted set, with its score's at the end: score.ts. */
  packScored(state: KeyState, score: Uint8Array): Uint8Array {
    this.pack(state);
    this.ensure(score.length);
    this.out.set(score, this.pos);
    this.pos += score.length;
    return this.out.subarray(0, this.pos);
  }

  /** The packed bytes: valid until the next call. */
  pack(state: KeyState): Uint8Array {
    this.pos = 0;
    const { value, expiry, kill, marks, purged } = state;
    const stated = expiry.dot.stamp !== 0 || expiry.deadlineMs !== 0;
    this.u8(
      (value === undefined ? 0 : has.value) |
        (stated ? has.expiry : 0) |
        (kill === undefined ? 0 : has.kill) |
        (kill === undefined || kill.type === EntryType.string ? 0 : has.killType) |
        (marks.length === 0 ? 0 : has.marks) |
        (purged ? has.purged : 0) |
        (state.sets.length === 0 ? 0 : has.sets) |
        (state.floor === zeroDot ? 0 : has.floor),
    );
    if (value !== undefined) {
      this.dot(value.dot);
      this.bytes(value.bytes);
    }
    if (stated) {
      this.dot(expiry.dot);
      this.f64(expiry.deadlineMs);
    }
    if (kill !== undefined) {
      this.dot(kill.dot);
      this.dot(kill.event);
      if (kill.type !== EntryType.string) this.u8(kill.type);
    }
    if (state.floor !== zeroDot) this.dot(state.floor);
    if (marks.length > 0) {
      this.u8(marks.length);
      for (const { stamp, run, sum } of marks) {
        this.f64(stamp);
        this.f64(run);
        this.sum(sum);
      }
    }
    if (state.sets.length > 0) {
      this.u16(state.sets.length);
      for (const set of state.sets) {
        this.dot(set);
        this.bytes(set.bytes);
      }
    }
    this.u16(state.slots.length);
    for (const slot of state.slots) this.slot(slot);
    this.u16(state.records.length);
    for (const record of state.records) {
      this.slot(record);
      this.dot({ origin: record.eventOrigin, stamp: record.eventStamp });
    }
    return this.out.subarray(0, this.pos);
  }

  /** The deadline of the state packed in bytes[offset ..], Unix ms; 0 = none. */
  deadlineOf(bytes: Uint8Array, offset: number): number {
    const what = bytes[offset]!;
    if ((what & has.expiry) === 0) return 0;
    let at = offset + 1;
    if ((what & has.value) !== 0) {
      at += dotBytes;
      at += 4 + (bytes[at]! | (bytes[at + 1]! << 8) | (bytes[at + 2]! << 16) | (bytes[at + 3]! << 24));
    }
    at += dotBytes;
    for (let i = 0; i < 8; i++) this.f64Bytes[i] = bytes[at + i]!;
    return this.f64Value[0]!;
  }

  /**
   * Where the state packed at `offset` has its only slot, which is this origin's and has a small whole decimal for a
   * sum; 0 where it has anything else but a value, which is left in `base` if it is a score, and an expiry.
   */
  loneSlot(view: DataView, offset: number, origin: number): number {
    const at = this.loneSlotOf(view, offset, origin, wholeSum);
    this.base = at !== 0 && this.baseLength >= 8 ? view.getFloat64(this.baseOffset, true) : 0;
    return at;
  }

  /**
   * The same where the sum is an integer; the value is left in `baseOffset` and `baseLength`, which is below 0 where
   * there is none.
   */
  loneInteger(view: DataView, offset: number, origin: number): number {
    return this.loneSlotOf(view, offset, origin, integerSum);
  }

  private loneSlotOf(view: DataView, offset: number, origin: number, form: number): number {
    const what = view.getUint8(offset);
    if ((what & ~(has.value | has.expiry)) !== 0) return 0;
    let at = offset + 1;
    this.baseLength = -1;
    if ((what & has.value) !== 0) {
      this.baseLength = view.getUint32(at + dotBytes, true);
      this.baseOffset = at + dotBytes + 4;
      at = this.baseOffset + this.baseLength;
    }
    if ((what & has.expiry) !== 0) at += dotBytes + 8;
    if (view.getUint16(at, true) !== 1) return 0;
    at += 2;
    const isOfForm = view.getUint8(at + slotSumAt) === form;
    const isAlone = isOfForm && view.getUint16(at + slotSumAt + 9, true) === 0;
    return isAlone && view.getUint16(at, true) === origin ? at : 0;
  }

  /**
   * Where the state packed at `offset` has its floor; 0 where it has none, or anything else but a value and an expiry
   * that `isLater` leaves.
   */
  loneFloor(view: DataView, offset: number, isLater: (dot: Dot) => boolean): number {
    const what = view.getUint8(offset);
    if ((what & ~has.expiry) !== (has.value | has.floor)) return 0;
    let at = offset + 1 + dotBytes;
    at += 4 + view.getUint32(at, true);
    if ((what & has.expiry) !== 0) {
      if (!isLater(this.dotAt(view, at))) return 0;
      at += dotBytes + 8;
    }
    const counts = at + dotBytes;
    return view.getUint16(counts, true) === 0 && view.getUint16(counts + 2, true) === 0 ? at : 0;
  }

  /** Where the state packed at `offset` has the dot of its kill; 0 where it has none, or anything else. */
  loneKill(view: DataView, offset: number): number {
    const what = view.getUint8(offset);
    if ((what & ~has.killType) !== has.kill) return 0;
    const counts = offset + 1 + 2 * dotBytes + ((what & has.killType) !== 0 ? 1 : 0);
    return view.getUint16(counts, true) === 0 && view.getUint16(counts + 2, true) === 0 ? offset + 1 : 0;
  }

  /** The dot of the value that the state packed at `offset` has. */
  valueDot(view: DataView, offset: number): Dot {
    return this.dotAt(view, offset + 1);
  }

  /** The first bytes of that value, `max` at most. */
  valueHead(view: DataView, bytes: Uint8Array, offset: number, max: number): Buffer {
    const at = offset + 1 + dotBytes;
    const length = Math.min(max, view.getUint32(at, true));
    return Buffer.from(bytes.subarray(at + 4, at + 4 + length));
  }

  dotAt(view: DataView, at: number): Dot {
    return { origin: view.getUint16(at, true), stamp: view.getFloat64(at + 2, true) };
  }

  setDot(view: DataView, at: number, { origin, stamp }: Dot): void {
    view.setUint16(at, origin, true);
    view.setFloat64(at + 2, stamp, true);
  }

  /** The stamp, the run and the sum of a slot found by `loneSlot`. */
  slotStamp(view: DataView, slot: number): number {
    return view.getFloat64(slot + 2, true);
  }

  slotRun(view: DataView, slot: number): number {
    return view.getFloat64(slot + 10, true);
  }

  slotSum(view: DataView, slot: number): number {
    return view.getFloat64(slot + slotSumAt + 1, true);
  }

  /** The integer sum of a slot found by `loneInteger`, the nearest double beyond 2^53. */
  slotInteger(view: DataView, slot: number): number {
    return view.getInt32(slot + slotSumAt + 5, true) * two32 + view.getUint32(slot + slotSumAt + 1, true);
  }

  /** Gives it a later stamp and another sum, in two halves. */
  setInteger(view: DataView, slot: number, stamp: number, sumHi: number, sumLo: number): void {
    view.setFloat64(slot + 2, stamp, true);
    view.setInt32(slot + slotSumAt + 1, sumLo, true);
    view.setInt32(slot + slotSumAt + 5, sumHi, true);
  }

  /** Gives it a later stamp and another sum, below `wholeSumEnd` and above its negative. */
  setSlot(view: DataView, slot: number, stamp: number, sum: number): void {
    view.setFloat64(slot + 2, stamp, true);
    view.setFloat64(slot + slotSumAt + 1, sum, true);
  }

  /** The state packed in bytes[offset ..]; its value is a copy. */
  unpack(bytes: Uint8Array, offset: number): KeyState {
    this.source = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
    this.pos = offset;
    const state = emptyState();
    const what = this.readU8();
    if ((what & has.value) !== 0) {
      const dot = this.readDot();
      state.value = { dot, bytes: this.readBytes() };
    }
    if ((what & has.expiry) !== 0) state.expiry = { dot: this.readDot(), deadlineMs: this.readF64() };
    if ((what & has.kill) !== 0) {
      const [dot, event] = [this.readDot(), this.readDot()];
      const type = (what & has.killType) === 0 ? EntryType.string : this.readU8();
      state.kill = { dot, event, type };
    }
    if ((what & has.floor) !== 0) state.floor = this.readDot();
    if ((what & has.marks) !== 0) {
      state.marks = Array.from({ length: this.readU8() }, () => ({
        stamp: this.readF64(),
        run: this.readF64(),
        sum: this.readSum(),
      }));
    }
    state.purged = (what & has.purged) !== 0;
    if ((what & has.sets) !== 0) {
      state.sets = Array.from({ length: this.readU16() }, () => ({
        ...this.readDot(),
        bytes: this.readBytes(),
      }));
    }
    state.slots = this.readSlots();
    const records = this.readU16();
    for (let i = 0; i < records; i++) {
      const slot = this.readSlot();
      const event = this.readDot();
      const record: SlotRecord = { ...slot, eventOrigin: event.origin, eventStamp: event.stamp };
      state.records.push(record);
    }
    return state;
  }

  private bytes(bytes: Uint8Array): void {
    this.ensure(bytes.length + 4);
    this.pos = this.out.writeUInt32LE(bytes.length, this.pos);
    this.out.set(bytes, this.pos);
    this.pos += bytes.length;
  }

  private readBytes(): Uint8Array {
    const length = this.source.readUInt32LE(this.pos);
    this.pos += 4 + length;
    return Uint8Array.prototype.slice.call(this.source, this.pos - length, this.pos);
  }

  private slot(slot: CounterSlot): void {
    this.u16(slot.origin);
    this.f64(slot.stamp);
    this.f64(slot.run);
    this.sum(slot.sum);
  }

  private readSlots(): CounterSlot[] {
    const out: CounterSlot[] = [];
    for (let n = this.readU16(); n > 0; n--) out.push(this.readSlot());
    return out;
  }

  private readSlot(): CounterSlot {
    return { origin: this.readU16(), stamp: this.readF64(), run: this.readF64(), sum: this.readSum() };
  }

  private dot(dot: Dot): void {
    this.u16(dot.origin);
    this.f64(dot.stamp);
  }

  private readDot(): Dot {
    return { origin: this.readU16(), stamp: this.readF64() };
  }

  private sum(value: bigint | string): void {
    if (typeof value === 'bigint') {
      this.u8(integerSum);
      this.ensure(8);
      this.pos = this.out.writeBigInt64LE(value, this.pos);
      return;
    }
    if (isSmallWhole(value)) {
      this.u8(wholeSum);
      this.f64(Number(value));
      return;
    }
    this.u8(1);
    this.u16(value.length);
    this.ensure(value.length);
    this.pos += this.out.write(value, this.pos, 'latin1');
  }

  private readSum(): bigint | string {
    const form = this.readU8();
    if (form === integerSum) {
      this.pos += 8;
      return this.source.readBigInt64LE(this.pos - 8);
    }
    if (form === wholeSum) return String(this.readF64());
    const length = this.readU16();
    this.pos += length;
    return this.source.toString('latin1', this.pos - length, this.pos);
  }

  private u8(value: number): void {
    this.ensure(1);
    this.out[this.pos++] = value;
  }

  private u16(value: number): void {
    assert(value <= 0xffff, 'a key has more slots than there are origins');
    this.ensure(2);
    this.pos = this.out.writeUInt16LE(value, this.pos);
  }

  private f64(value: number): void {
    this.ensure(8);
    this.pos = this.out.writeDoubleLE(value, this.pos);
  }

  private readU8(): number {
    return this.source[this.pos++]!;
  }

  private readU16(): number {
    this.pos += 2;
    return this.source.readUInt16LE(this.pos - 2);
  }

  private readF64(): number {
    this.pos += 8;
    return this.source.readDoubleLE(this.pos - 8);
  }

  private ensure(bytes: number): void {
    if (this.pos + bytes <= this.out.length) return;
    const grown = Buffer.allocUnsafeSlow(Math.max(this.pos + bytes, this.out.length * 2));
    this.out.copy(grown, 0, 0, this.pos);
    this.out = grown;
  }
}
