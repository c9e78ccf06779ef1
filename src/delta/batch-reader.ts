// Reads the deltas of a batch (layout in batch-writer.ts) one after the other into its own fields: a cursor, so that
// recovery and sync allocate nothing per delta. Bytes come from disks and peers, so every length is checked against
// what is there before it is used; `verify` walks a whole batch first, so a bad one has no partial effect.
import { msOfStamp, stampMax } from '../base/clock.ts';
import { FerriteError } from '../base/errors.ts';
import type { SlotRecord } from './batch-writer.ts';
import {
  bulkBytesMax,
  clearTypeMask,
  DeltaFlag,
  DeltaKind,
  ElementType,
  keyspacesMax,
  UnheldFlag,
} from './kinds.ts';
import type { OriginNames } from './origins.ts';
import { idBytes, StreamId } from './stream-id.ts';
import { Varint64 } from './varint64.ts';

const two32 = 4294967296;
const recordsMax = 65_536;
const decimalBytesMax = 400;
const scoreBytes = 8;
const elementTypes: readonly number[] = Object.values(ElementType);
const noRecords: readonly SlotRecord[] = [];

function malformed(what: string): never {
  throw new FerriteError('LINK_PROTOCOL', `malformed batch: ${what}`);
}

export class BatchReader {
  buf: Buffer = Buffer.alloc(0);
  /** Where the current record's head is, and where the next one starts. */
  start = 0;
  pos = 0;
  kind = 0;
  flags = 0;
  db = 0;
  keyOffset = 0;
  keyLength = 0;
  /** The element of the key that the delta speaks of; type 0 = the key itself. */
  elementType = 0;
  elementOffset = 0;
  elementLength = 0;
  /** insert, rewrite, remove: the position of the list element. */
  positionOffset = 0;
  positionLength = 0;
  /** The dot: origin index, stamp halves. */
  origin = 0;
  hi = 0;
  lo = 0;
  /**
   * The base dot of put, patch and registers, the kill dot of clear and clearDb, the id of rewrite and
   * remove; origin 0 = none.
   */
  baseOrigin = 0;
  baseHi = 0;
  baseLo = 0;
  /** put, expire: absolute Unix ms; 0 = none. mapDb: the database index. */
  deadlineMs = 0;
  valueOffset = 0;
  valueLength = 0;
  /** patch: where its bytes go. */
  at = 0;
  /** count: run and, unless decimal (then the value bytes hold it), the sum in halves. */
  runHi = 0;
  runLo = 0;
  sumHi = 0;
  sumLo = 0;
  /** entry: its id; extent: the last id; clear of an entry of a stream: the id. */
  readonly id = new StreamId();
  /** extent: the greatest id that was deleted, and the trim's; zero = none. */
  readonly deletedId = new StreamId();
  readonly trimId = new StreamId();
  /** entry, extent: entries added so far. */
  added = 0;
  /** clear of a key: the type of what it removed; -1 = not said. */
  clearType = -1;
  /** run: its number, and how many records it has. */
  runNumber = 0;
  runCount = 0;
  /** frontier, start. */
  tag = 0;
  /** The slot records that a put or clear carries. */
  records: readonly SlotRecord[] = noRecords;
  private end = 0;
  private readonly origins: OriginNames;
  private readonly table: number[] = [];
  private readonly wide = new Varint64();
  private dHi = 0;
  private dLo = 0;
  private lastInterned = 0;
  /** For `ahead`. */
  private scout: BatchReader | undefined;

  constructor(origins: OriginNames) {
    this.origins = origins;
  }

  /** Stands before the first record of `buf[start .. end)`. */
  open(buf: Buffer, start: number, end: number): void {
    this.buf = buf;
    this.pos = start;
    this.end = end;
    this.table.length = 0;
    this.db = -1;
    this.origin = 0;
    this.hi = 0;
    this.lo = 0;
    this.keyLength = -1;
    if (this.scout !== undefined) this.scout.table.length = 0;
  }

  /** A reader that stands where this one does and may go on from there: the same each time. */
  ahead(): BatchReader {
    this.scout ??= new BatchReader(this.origins);
    this.scout.standAs(this);
    return this.scout;
  }

  private standAs({ buf, pos, end, db, keyOffset, keyLength, origin, hi, lo, table }: BatchReader): void {
    this.buf = buf;
    this.pos = pos;
    this.end = end;
    this.db = db;
    this.keyOffset = keyOffset;
    this.keyLength = keyLength;
    this.origin = origin;
    this.hi = hi;
    this.lo = lo;
    // It has those of the batch so far, and perhaps some that it came upon further on.
    this.table.length = Math.min(this.table.length, table.length);
    while (this.table.length < table.length) this.table.push(table[this.table.length]!);
  }

  /** Walks the whole batch; throws FerriteError LINK_PROTOCOL if any record is malformed. Returns their number. */
  verify(buf: Buffer, start: number, end: number): number {
    this.open(buf, start, end);
    let count = 0;
    while (this.next()) {
      count += 1;
    }
    return count;
  }

  /** The local index of an origin's name that stands in a record's value. */
  intern(name: string): number {
    return this.origins.intern(name);
  }

  /** Whether the flag is set in the current record. */
  has(flag: number): boolean {
    return (this.flags & flag) !== 0;
  }

  /** The current record's stamp as one number. */
  get stamp(): number {
    return this.hi * two32 + (this.lo >>> 0);
  }

  /** The greatest stamp that the current record names: of its dot, its base, its run, its slot records. */
  get greatestStamp(): number {
    let greatest = this.stamp;
    if (this.baseOrigin !== 0) greatest = Math.max(greatest, this.baseHi * two32 + (this.baseLo >>> 0));
    if (this.kind === DeltaKind.count) greatest = Math.max(greatest, this.runHi * two32 + (this.runLo >>> 0));
    for (const r of this.records) greatest = Math.max(greatest, r.stamp, r.run, r.eventStamp);
    return greatest;
  }

  /** Reads the next record into the fields; false at the end. Throws FerriteError LINK_PROTOCOL if malformed. */
  next(): boolean {
    if (this.pos >= this.end) return false;
    this.start = this.pos;
    const head = this.u8();
    this.kind = head & 31;
    this.flags = this.u8();
    if ((head & 128) === 0) {
      this.db = this.u8();
      if (this.db >= keyspacesMax) malformed('keyspace');
    } else if (this.db < 0) malformed('no keyspace before');
    if ((head & 32) === 0) {
      this.keyLength = this.length();
      this.keyOffset = this.pos;
      this.pos += this.keyLength;
    } else if (this.keyLength < 0) malformed('no key before');
    this.element();
    if ((head & 64) === 0) this.origin = this.originRef();
    else if (this.origin === 0) malformed('no origin before');
    this.difference(this.hi, this.lo);
    this.hi = this.dHi;
    this.lo = this.dLo;
    this.payload();
    return true;
  }

  private element(): void {
    this.elementType = 0;
    if ((this.flags & DeltaFlag.element) === 0) return;
    const { kind } = this;
    const fits =
      kind === DeltaKind.put ||
      kind === DeltaKind.count ||
      kind === DeltaKind.clear ||
      kind === DeltaKind.expire;
    if (!fits) malformed('element');
    this.elementType = this.u8();
    if (!elementTypes.includes(this.elementType)) malformed('element type');
    this.elementLength = this.length();
    this.elementOffset = this.pos;
    this.pos += this.elementLength;
    if (this.elementType === ElementType.stream) this.idOfElement();
  }

  private idOfElement(): void {
    if (this.kind !== DeltaKind.clear || this.elementLength !== idBytes) malformed('element of a stream');
    this.id.readBytes(this.buf, this.elementOffset);
  }

  /** A member of a set has no value, one of a sorted set a score: whoever stores it relies on that. */
  private checkElementValue(): void {
    const { elementType, valueLength } = this;
    if (elementType === ElementType.set && valueLength !== 0) malformed('member with a value');
    if (elementType !== ElementType.zset) return;
    if (valueLength !== scoreBytes || Number.isNaN(this.buf.readDoubleLE(this.valueOffset)))
      malformed('score');
  }

  private payload(): void {
    this.baseOrigin = 0;
    this.clearType = -1;
    this.positionLength = 0;
    this.deadlineMs = 0;
    this.valueLength = 0;
    this.records = noRecords;
    switch (this.kind) {
      case DeltaKind.put:
        if ((this.flags & DeltaFlag.base) !== 0) this.base();
        if ((this.flags & DeltaFlag.deadline) !== 0) this.deadlineMs = this.varint();
        this.value();
        this.checkElementValue();
        this.readRecords();
        return;
      case DeltaKind.count:
        this.difference(this.hi, this.lo);
        this.runHi = this.dHi;
        this.runLo = this.dLo;
        if ((this.flags & DeltaFlag.decimal) !== 0) this.decimal();
        else this.zigzag64();
        return;
      case DeltaKind.patch:
        this.base();
        this.at = this.varint();
        this.value();
        if (this.at + this.valueLength > bulkBytesMax) malformed('patch beyond the largest value');
        return;
      case DeltaKind.clear:
        this.clearType = (this.flags & clearTypeMask) - 1;
        if (this.clearType > ElementType.stream) malformed('type');
        if ((this.flags & DeltaFlag.kill) !== 0) this.base();
        else this.baseIsDot();
        this.readRecords();
        return;
      case DeltaKind.expire:
        this.deadlineMs = this.varint();
        return;
      case DeltaKind.forget:
        return;
      case DeltaKind.evict:
        if ((this.flags & UnheldFlag.ends) !== 0) this.value();
        return;
      case DeltaKind.unheld:
        if ((this.flags & (UnheldFlag.filter | UnheldFlag.ends)) !== 0) this.value();
        return;
      case DeltaKind.insert:
        this.position();
        this.value();
        return;
      case DeltaKind.rewrite:
        this.base();
        this.position();
        this.value();
        return;
      case DeltaKind.remove:
        this.base();
        this.position();
        return;
      case DeltaKind.registers:
        if ((this.flags & DeltaFlag.base) !== 0) this.base();
        this.value();
        return;
      case DeltaKind.entry:
        this.entryId();
        this.added = this.varint();
        this.value();
        return;
      case DeltaKind.extent:
        this.readId(this.id);
        this.added = this.varint();
        this.readId(this.deletedId);
        this.readId(this.trimId);
        return;
      case DeltaKind.group:
        this.value();
        return;
      case DeltaKind.run:
        this.runNumber = this.varint();
        this.runCount = this.varint();
        return;
      case DeltaKind.clearDb:
        this.base();
        return;
      case DeltaKind.mapDb:
        this.deadlineMs = this.varint();
        if (this.deadlineMs >= keyspacesMax) malformed('database');
        return;
      case DeltaKind.frontier:
      case DeltaKind.start:
        this.tag = this.varint();
        return;
      case DeltaKind.ledger:
        this.value();
        return;
      default:
        malformed(`kind ${this.kind}`);
    }
  }

  private entryId(): void {
    const { id } = this;
    if ((this.flags & DeltaFlag.wide) !== 0) {
      this.readId(id);
      return;
    }
    const z = this.varint();
    const ms = msOfStamp(this.stamp) + (z % 2 === 0 ? z / 2 : -(z + 1) / 2);
    if (!(ms >= 0 && ms <= Number.MAX_SAFE_INTEGER)) malformed('id');
    this.varint64();
    id.set(Math.floor(ms / two32), ms >>> 0, this.wide.hi, this.wide.lo);
  }

  private readId(id: StreamId): void {
    this.varint64();
    const { hi, lo } = this.wide;
    this.varint64();
    id.set(hi, lo, this.wide.hi, this.wide.lo);
  }

  /** Leaves an unsigned 64-bit integer in `wide`. */
  private varint64(): void {
    const end = this.wide.read(this.buf, this.pos, this.end);
    if (end < 0) malformed('varint');
    this.pos = end;
  }

  private record(): SlotRecord {
    const origin = this.originRef();
    const stamp = this.stampValue();
    const run = this.stampValue();
    const eventOrigin = this.originRef();
    const eventStamp = this.stampValue();
    return { origin, stamp, run, sum: this.sum(), eventOrigin, eventStamp };
  }

  private stampValue(): number {
    const value = this.varint();
    if (value > stampMax) malformed('stamp');
    return value;
  }

  private sum(): bigint | string {
    const form = this.u8();
    if (form === 1) {
      this.decimal();
      return this.buf.toString('latin1', this.valueOffset, this.valueOffset + this.valueLength);
    }
    if (form !== 0) malformed('sum');
    this.zigzag64();
    return (BigInt(this.sumHi) << 32n) | BigInt(this.sumLo >>> 0);
  }

  private readRecords(): void {
    if ((this.flags & DeltaFlag.records) === 0) return;
    const { valueOffset, valueLength } = this;
    const count = this.varint();
    if (count === 0 || count > recordsMax) malformed('records');
    const records: SlotRecord[] = [];
    for (let i = 0; i < count; i++) records.push(this.record());
    this.records = records;
    this.valueOffset = valueOffset;
    this.valueLength = valueLength;
  }

  private base(): void {
    this.baseOrigin = this.originRef();
    this.difference(this.hi, this.lo);
    this.baseHi = this.dHi;
    this.baseLo = this.dLo;
  }

  private baseIsDot(): void {
    this.baseOrigin = this.origin;
    this.baseHi = this.hi;
    this.baseLo = this.lo;
  }

  private position(): void {
    this.positionLength = this.length();
    this.positionOffset = this.pos;
    this.pos += this.positionLength;
  }

  private value(): void {
    this.valueLength = this.length();
    this.valueOffset = this.pos;
    this.pos += this.valueLength;
  }

  private decimal(): void {
    this.value();
    if (this.valueLength === 0 || this.valueLength > decimalBytesMax) malformed('decimal');
    const text = this.buf.toString('latin1', this.valueOffset, this.valueOffset + this.valueLength);
    if (!/^-?\d{1,330}(\.\d{1,64})?$/.test(text)) malformed('decimal');
  }

  private length(): number {
    const n = this.varint();
    if (n > bulkBytesMax || this.pos + n > this.end) malformed('length');
    return n;
  }

  private originRef(): number {
    const ref = this.varint();
    if (ref < this.table.length) return this.table[ref]!;
    if (ref !== this.table.length) malformed('origin');
    const n = this.length();
    if (n > 255) malformed('origin');
    const index = this.isLastInterned(n)
      ? this.lastInterned
      : this.origins.intern(this.buf.toString('latin1', this.pos, this.pos + n));
    this.lastInterned = index;
    this.pos += n;
    this.table.push(index);
    return index;
  }

  /** Small batches mostly name the same origin one after the other: spare them the text and the look-up. */
  private isLastInterned(length: number): boolean {
    if (this.lastInterned === 0) return false;
    const known = this.origins.bytes(this.lastInterned);
    if (known.length !== length) return false;
    for (let i = 0; i < length; i++) if (this.buf[this.pos + i] !== known[i]) return false;
    return true;
  }

  private u8(): number {
    if (this.pos >= this.end) malformed('cut short');
    return this.buf[this.pos++]!;
  }

  private varint(): number {
    let b = this.u8();
    if (b < 128) return b;
    let value = b & 127;
    let scale = 128;
    for (let i = 0; i < 7; i++) {
      b = this.u8();
      value += (b & 127) * scale;
      if (b < 128) {
        if (value > Number.MAX_SAFE_INTEGER) malformed('varint');
        return value;
      }
      scale *= 128;
    }
    return malformed('varint');
  }

  /** Leaves base + the zigzag difference read in dHi and dLo. */
  private difference(hi: number, lo: number): void {
    const z = this.varint();
    const d = z % 2 === 0 ? z / 2 : -(z + 1) / 2;
    const value = hi * two32 + (lo >>> 0) + d;
    if (!(value >= 0 && value <= stampMax)) malformed('stamp');
    this.dHi = Math.floor(value / two32);
    this.dLo = value | 0;
  }

  private zigzag64(): void {
    const from = this.pos;
    let n = 0;
    while (this.u8() >= 128) if (++n > 9) malformed('sum');
    if (n < 7) {
      this.pos = from;
      const z = this.varint();
      const value = z % 2 === 0 ? z / 2 : -(z + 1) / 2;
      this.sumHi = Math.floor(value / two32);
      this.sumLo = value | 0;
      return;
    }
    let v = 0n;
    for (let i = n; i >= 0; i--) v = (v << 7n) | BigInt(this.buf[from + i]! & 127);
    if (v >= 1n << 64n) malformed('sum');
    const signed = BigInt.asIntN(64, (v & 1n) === 0n ? v >> 1n : ~(v >> 1n));
    this.sumHi = Number(signed >> 32n);
    this.sumLo = Number(BigInt.asIntN(32, signed));
  }
}
