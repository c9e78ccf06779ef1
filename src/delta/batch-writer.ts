// Writes deltas as bytes: the one format of journal blocks, snapshots and binary frames. It allocates nothing per
// delta and knows no store: callers pass bytes, halves of stamps and local origin indexes. Layout of a record:
//
//   head     u8      kind (5 bits) | 32 same key | 64 same origin | 128 same keyspace as the record before
//   flags    u8      DeltaFlag
//   db       varint  unless same keyspace
//   key      varint length, bytes; unless same key
//   element  u8 type, varint length, bytes; where flagged
//   origin   varint  index in this batch's table; index = table size: a new one, varint length, name; unless same
//   stamp    zigzag varint of the difference to the stamp of the record before (to 0 at first)
//   payload  by kind, see the methods
//
// A dot inside a payload is an origin reference and the zigzag difference to the record's own stamp. varints are
// LEB128 of at most 53 bits; 64-bit sums are zigzag varints of at most ten bytes.
import { assert } from '../base/assert.ts';
import { msOfStamp, stampFrom } from '../base/clock.ts';
import { FerriteError } from '../base/errors.ts';
import { copyBytes, sameBytes } from '../base/runs.ts';
import { DeltaFlag, DeltaKind } from './kinds.ts';
import type { Origins } from './origins.ts';
import type { IdHalves } from './stream-id.ts';
import { writeVarint64 } from './varint64.ts';

const two32 = 4294967296;
const sameKey = 32;
const sameOrigin = 64;
const sameDb = 128;
/** The most that a record needs beyond its key, value and records. */
const recordOverheadBytes = 512;
const batchBytesMax = 0x7fff0000;
/** Upper halves below this are of safe integers. */
const safeHi = 0x200000;
/** Differences of times up to here fit a zigzag varint. */
const apartMsMax = 2 ** 51;

/** The slot of one origin as a base, or clear, saw it; sums as in CounterSlot of the store. */
export interface SlotRecord {
  readonly origin: number;
  /** The stamp of the slot when it was seen. */
  readonly stamp: number;
  readonly run: number;
  readonly sum: bigint | string;
  /** The event that recorded it. */
  readonly eventOrigin: number;
  readonly eventStamp: number;
}

export class BatchWriter {
  buf: Buffer;
  pos = 0;
  /** Records written since the last reset. */
  count = 0;
  /**
   * Is told of every record as it begins, with the whole key and, for an element, the type of what it is in (else 0);
   * undefined while nobody wants to know.
   */
  onRecord:
    | ((
        kind: number,
        db: number,
        key: Uint8Array,
        keyOffset: number,
        keyLength: number,
        type: number,
      ) => void)
    | undefined = undefined;
  private readonly origins: Origins;
  /** Batch-local number + 1 of a store-local origin index, valid where `localRound` matches. */
  private local = new Uint32Array(64);
  private localRound = new Uint32Array(64);
  private round = 1;
  private localCount = 0;
  private lastHi = 0;
  private lastLo = 0;
  private lastOrigin = 0;
  private lastDb = -1;
  private lastKeyOffset = 0;
  private lastKeyLength = -1;
  private readonly initialBytes: number;
  /** The key within which records speak of elements: type 0 = none. */
  private outerType = 0;
  private outer: Uint8Array = new Uint8Array(0);
  private outerOffset = 0;
  private outerLength = 0;

  constructor(origins: Origins, initialBytes = 65_536) {
    this.origins = origins;
    this.initialBytes = initialBytes;
    this.buf = Buffer.allocUnsafeSlow(initialBytes);
  }

  /** Starts a new batch at `start`, leaving room for a caller's header before it; shrinks an outgrown buffer. */
  reset(start = 0): void {
    if (this.buf.length > this.initialBytes * 16) this.buf = Buffer.allocUnsafeSlow(this.initialBytes);
    this.restart(start);
  }

  /** Starts a new batch in `buf`, whose previous owner keeps the old buffer. */
  take(start = 0): Buffer {
    const old = this.buf;
    this.buf = Buffer.allocUnsafeSlow(this.initialBytes);
    this.restart(start);
    return old;
  }

  /** Starts a new batch at `start` of the same buffer, keeping what stands before it. */
  restart(start: number): void {
    this.pos = start;
    this.count = 0;
    this.localCount = 0;
    this.round += 1;
    this.lastHi = 0;
    this.lastLo = 0;
    this.lastOrigin = 0;
    this.lastDb = -1;
    this.lastKeyLength = -1;
  }

  /**
   * Until `outside`, the key that a record is given is the name of an element of this key. Bytes of the outer key must
   * stay where they are meanwhile.
   */
  within(type: number, key: Uint8Array, offset: number, length: number): void {
    this.outerType = type;
    this.outer = key;
    this.outerOffset = offset;
    this.outerLength = length;
  }

  outside(): void {
    this.outerType = 0;
  }

  /** put: [base dot] [deadline varint] value (varint length, bytes) [records]. `deadlineMs` 0 = none. */
  put(
    db: number,
    key: Uint8Array,
    keyOffset: number,
    keyLength: number,
    origin: number,
    hi: number,
    lo: number,
    value: Uint8Array,
    valueOffset: number,
    valueLength: number,
    expiryStated: boolean,
    deadlineMs: number,
    baseOrigin: number,
    baseHi: number,
    baseLo: number,
  ): void {
    let flags = expiryStated ? DeltaFlag.expiryStated : 0;
    if (deadlineMs !== 0) flags |= DeltaFlag.deadline;
    if (baseOrigin !== 0) flags |= DeltaFlag.base;
    this.head(DeltaKind.put, flags, db, key, keyOffset, keyLength, origin, hi, lo, valueLength);
    if (baseOrigin !== 0) this.dot(baseOrigin, baseHi, baseLo);
    if (deadlineMs !== 0) this.varint(deadlineMs);
    this.bytes(value, valueOffset, valueLength);
  }

  /** Says that the bytes of the put just written, which are none, are not the value. */
  hollow(headOffset: number): void {
    this.buf[headOffset + 1] = this.buf[headOffset + 1]! | DeltaFlag.hollow;
  }

  /** Adds the records that the put or clear just written carries. Call directly after it. */
  records(headOffset: number, records: readonly SlotRecord[]): void {
    this.buf[headOffset + 1] = this.buf[headOffset + 1]! | DeltaFlag.records;
    this.ensure(recordOverheadBytes * (records.length + 1));
    this.varint(records.length);
    for (const r of records) {
      this.origin(r.origin);
      this.varint(r.stamp);
      this.varint(r.run);
      this.origin(r.eventOrigin);
      this.varint(r.eventStamp);
      this.sum(r.sum);
    }
  }

  /** count: run (difference to the stamp) and sum: integers in halves of a 64-bit two's complement. */
  count64(
    db: number,
    key: Uint8Array,
    keyOffset: number,
    keyLength: number,
    origin: number,
    hi: number,
    lo: number,
    runHi: number,
    runLo: number,
    sumHi: number,
    sumLo: number,
  ): void {
    this.head(DeltaKind.count, 0, db, key, keyOffset, keyLength, origin, hi, lo, 0);
    this.difference(runHi, runLo, hi, lo);
    this.zigzag64(sumHi, sumLo);
  }

  /** count with a decimal sum (text): varint length, bytes. */
  countDecimal(
    db: number,
    key: Uint8Array,
    keyOffset: number,
    keyLength: number,
    origin: number,
    hi: number,
    lo: number,
    runHi: number,
    runLo: number,
    sum: string,
  ): void {
    this.head(DeltaKind.count, DeltaFlag.decimal, db, key, keyOffset, keyLength, origin, hi, lo, sum.length);
    this.difference(runHi, runLo, hi, lo);
    this.text(sum);
  }

  /** patch: base dot, offset varint, bytes (varint length, bytes). */
  patch(
    db: number,
    key: Uint8Array,
    keyOffset: number,
    keyLength: number,
    origin: number,
    hi: number,
    lo: number,
    baseOrigin: number,
    baseHi: number,
    baseLo: number,
    at: number,
    value: Uint8Array,
    valueOffset: number,
    valueLength: number,
  ): void {
    this.head(DeltaKind.patch, DeltaFlag.base, db, key, keyOffset, keyLength, origin, hi, lo, valueLength);
    this.dot(baseOrigin, baseHi, baseLo);
    this.varint(at);
    this.bytes(value, valueOffset, valueLength);
  }

  /**
   * registers: [base dot], then a set as Redis represents it or, with a base, what rose since the set had that dot:
   * u16 register (little-endian) and u8 value of each.
   */
  registers(
    db: number,
    key: Uint8Array,
    keyOffset: number,
    keyLength: number,
    origin: number,
    hi: number,
    lo: number,
    baseOrigin: number,
    baseHi: number,
    baseLo: number,
    value: Uint8Array,
    valueOffset: number,
    valueLength: number,
  ): void {
    const flags = baseOrigin === 0 ? 0 : DeltaFlag.base;
    this.head(DeltaKind.registers, flags, db, key, keyOffset, keyLength, origin, hi, lo, valueLength);
    if (baseOrigin !== 0) this.dot(baseOrigin, baseHi, baseLo);
    this.bytes(value, valueOffset, valueLength);
  }

  /**
   * clear: [kill dot]; without it the event dot kills. `type` is that of the key removed, -1 = not said; of an element
   * it is not said again. Returns the head's offset, for `records`.
   */
  clear(
    db: number,
    key: Uint8Array,
    keyOffset: number,
    keyLength: number,
    origin: number,
    hi: number,
    lo: number,
    killOrigin: number,
    killHi: number,
    killLo: number,
    type: number,
  ): number {
    const own = killOrigin === origin && killHi === hi && killLo === lo;
    const at = this.head(
      DeltaKind.clear,
      (own ? 0 : DeltaFlag.kill) | (this.outerType === 0 ? type + 1 : 0),
      db,
      key,
      keyOffset,
      keyLength,
      origin,
      hi,
      lo,
      0,
    );
    if (!own) this.dot(killOrigin, killHi, killLo);
    return at;
  }

  /** A clear that says which type conflicts the key has been through: everything at or below its dot is dead. */
  floor(
    db: number,
    key: Uint8Array,
    keyOffset: number,
    keyLength: number,
    origin: number,
    hi: number,
    lo: number,
  ): void {
    this.head(DeltaKind.clear, DeltaFlag.floor, db, key, keyOffset, keyLength, origin, hi, lo, 0);
  }

  /** insert: position (varint length, bytes), value (the same). */
  insert(
    db: number,
    key: Uint8Array,
    keyOffset: number,
    keyLength: number,
    origin: number,
    hi: number,
    lo: number,
    position: Uint8Array,
    positionOffset: number,
    positionLength: number,
    value: Uint8Array,
    valueOffset: number,
    valueLength: number,
  ): void {
    const bytes = valueLength + positionLength;
    this.head(DeltaKind.insert, 0, db, key, keyOffset, keyLength, origin, hi, lo, bytes);
    this.bytes(position, positionOffset, positionLength);
    this.bytes(value, valueOffset, valueLength);
  }

  /** rewrite: id, position, value. */
  rewrite(
    db: number,
    key: Uint8Array,
    keyOffset: number,
    keyLength: number,
    origin: number,
    hi: number,
    lo: number,
    idOrigin: number,
    idHi: number,
    idLo: number,
    position: Uint8Array,
    positionOffset: number,
    positionLength: number,
    value: Uint8Array,
    valueOffset: number,
    valueLength: number,
  ): void {
    const bytes = valueLength + positionLength;
    this.head(DeltaKind.rewrite, DeltaFlag.base, db, key, keyOffset, keyLength, origin, hi, lo, bytes);
    this.dot(idOrigin, idHi, idLo);
    this.bytes(position, positionOffset, positionLength);
    this.bytes(value, valueOffset, valueLength);
  }

  /** remove: id, position. */
  remove(
    db: number,
    key: Uint8Array,
    keyOffset: number,
    keyLength: number,
    origin: number,
    hi: number,
    lo: number,
    idOrigin: number,
    idHi: number,
    idLo: number,
    position: Uint8Array,
    positionOffset: number,
    positionLength: number,
  ): void {
    this.head(
      DeltaKind.remove,
      DeltaFlag.base,
      db,
      key,
      keyOffset,
      keyLength,
      origin,
      hi,
      lo,
      positionLength,
    );
    this.dot(idOrigin, idHi, idLo);
    this.bytes(position, positionOffset, positionLength);
  }

  /**
   * entry: id, entries added so far (varint), fields (varint length, bytes: store/stream/fields.ts). The id is the
   * zigzag difference of its ms to those of the stamp, or as it is (wide), then the sequence; u64 are LEB128 of 64
   * bits.
   */
  entry(
    db: number,
    key: Uint8Array,
    keyOffset: number,
    keyLength: number,
    origin: number,
    hi: number,
    lo: number,
    id: IdHalves,
    added: number,
    fields: Uint8Array,
    fieldsOffset: number,
    fieldsLength: number,
  ): void {
    const apartMs = id.msHi < safeHi ? id.msHi * two32 + id.msLo - msOfStamp(stampFrom(hi, lo)) : apartMsMax;
    const isWide = Math.abs(apartMs) >= apartMsMax;
    const flags = isWide ? DeltaFlag.wide : 0;
    this.head(DeltaKind.entry, flags, db, key, keyOffset, keyLength, origin, hi, lo, fieldsLength);
    if (isWide) this.varint64(id.msHi, id.msLo);
    else this.varint(apartMs >= 0 ? apartMs * 2 : -apartMs * 2 - 1);
    this.varint64(id.seqHi, id.seqLo);
    this.varint(added);
    this.bytes(fields, fieldsOffset, fieldsLength);
  }

  /** extent: last id, entries added (varint), greatest id deleted, id of the trim (zero = none); ids as two u64. */
  extent(
    db: number,
    key: Uint8Array,
    keyOffset: number,
    keyLength: number,
    origin: number,
    hi: number,
    lo: number,
    last: IdHalves,
    added: number,
    deleted: IdHalves,
    trim: IdHalves,
  ): void {
    this.head(DeltaKind.extent, 0, db, key, keyOffset, keyLength, origin, hi, lo, 0);
    this.id(last);
    this.varint(added);
    this.id(deleted);
    this.id(trim);
  }

  /** group: a note of store/stream/group-note.ts. */
  group(
    db: number,
    key: Uint8Array,
    keyOffset: number,
    keyLength: number,
    origin: number,
    hi: number,
    lo: number,
    value: Uint8Array,
    valueOffset: number,
    valueLength: number,
  ): void {
    this.head(DeltaKind.group, 0, db, key, keyOffset, keyLength, origin, hi, lo, valueLength);
    this.bytes(value, valueOffset, valueLength);
  }

  /** expire: deadline varint, 0 = none. */
  expire(
    db: number,
    key: Uint8Array,
    keyOffset: number,
    keyLength: number,
    origin: number,
    hi: number,
    lo: number,
    deadlineMs: number,
  ): void {
    this.head(DeltaKind.expire, 0, db, key, keyOffset, keyLength, origin, hi, lo, 0);
    this.varint(deadlineMs);
  }

  /** forget: the key was purged here; its dot is the greatest in it. */
  forget(
    db: number,
    key: Uint8Array,
    keyOffset: number,
    keyLength: number,
    origin: number,
    hi: number,
    lo: number,
  ): void {
    this.head(DeltaKind.forget, 0, db, key, keyOffset, keyLength, origin, hi, lo, 0);
  }

  /** evict: the key was evicted here, at this dot; `flags` as in UnheldFlag, which say what follows. */
  evict(
    db: number,
    key: Uint8Array,
    keyOffset: number,
    keyLength: number,
    dot: { readonly stamp: number; readonly origin: number },
    flags: number,
    piece?: Uint8Array,
  ): void {
    this.mark(DeltaKind.evict, db, key, keyOffset, keyLength, dot, flags, piece);
  }

  /** unheld: of a key as `evict`; where `flags` say that it is a filter's a piece of that, and the key is empty. */
  unheld(
    db: number,
    key: Uint8Array,
    keyOffset: number,
    keyLength: number,
    dot: { readonly stamp: number; readonly origin: number },
    flags: number,
    piece?: Uint8Array,
  ): void {
    this.mark(DeltaKind.unheld, db, key, keyOffset, keyLength, dot, flags, piece);
  }

  private mark(
    kind: number,
    db: number,
    key: Uint8Array,
    keyOffset: number,
    keyLength: number,
    { stamp, origin }: { readonly stamp: number; readonly origin: number },
    flags: number,
    piece: Uint8Array | undefined,
  ): void {
    const [hi, lo] = [Math.floor(stamp / two32), (stamp % two32) | 0];
    const length = piece?.length ?? 0;
    this.head(kind, flags, db, key, keyOffset, keyLength, origin, hi, lo, length);
    if (piece !== undefined) this.bytes(piece, 0, length);
  }

  /**
   * run: its number and how many records it has, varints. The dot is the last one in it, unless it is flagged as mixed.
   */
  run(
    db: number,
    key: Uint8Array,
    keyOffset: number,
    keyLength: number,
    origin: number,
    hi: number,
    lo: number,
    number: number,
    count: number,
    flags = 0,
  ): void {
    this.head(DeltaKind.run, flags, db, key, keyOffset, keyLength, origin, hi, lo, 0);
    this.varint(number);
    this.varint(count);
  }

  /** clearDb: kill dot. */
  clearDb(
    db: number,
    origin: number,
    hi: number,
    lo: number,
    killOrigin: number,
    killHi: number,
    killLo: number,
  ): void {
    this.head(DeltaKind.clearDb, DeltaFlag.kill, db, this.buf, 0, 0, origin, hi, lo, 0);
    this.dot(killOrigin, killHi, killLo);
  }

  /** mapDb: database index varint; the record's keyspace is what it shows. */
  mapDb(db: number, origin: number, hi: number, lo: number, index: number): void {
    this.head(DeltaKind.mapDb, 0, db, this.buf, 0, 0, origin, hi, lo, 0);
    this.varint(index);
  }

  /** frontier: tag varint. */
  frontier(origin: number, stamp: number, tag: number): void {
    this.head(DeltaKind.frontier, 0, 0, this.buf, 0, 0, origin, Math.floor(stamp / two32), stamp | 0, 0);
    this.varint(tag);
  }

  /** start: tag varint. The record's dot is the first stamp of the start. */
  start(origin: number, stamp: number, tag: number): void {
    this.head(DeltaKind.start, 0, 0, this.buf, 0, 0, origin, Math.floor(stamp / two32), stamp | 0, 0);
    this.varint(tag);
  }

  /** ledger: a named opaque note of the sync, replaced by the next of the same name; text as UTF-8. */
  ledger(origin: number, stamp: number, name: string, value: string): void {
    const key = Buffer.from(name);
    const bytes = Buffer.from(value);
    const hi = Math.floor(stamp / two32);
    this.head(DeltaKind.ledger, 0, 0, key, 0, key.length, origin, hi, stamp | 0, bytes.length);
    this.bytes(bytes, 0, bytes.length);
  }

  /** The part that all records share; room for key and value is made here. Returns the record's offset. */
  head(
    kind: number,
    flags: number,
    db: number,
    key: Uint8Array,
    keyOffset: number,
    keyLength: number,
    origin: number,
    hi: number,
    lo: number,
    valueLength: number,
  ): number {
    if (this.outerType !== 0) {
      return this.elementHead(kind, flags, db, key, keyOffset, keyLength, origin, hi, lo, valueLength);
    }
    const start = this.begin(kind, flags, db, key, keyOffset, keyLength, valueLength);
    this.end(start, origin, hi, lo);
    if (this.onRecord !== undefined) this.onRecord(kind, db, key, keyOffset, keyLength, 0);
    return start;
  }

  private elementHead(
    kind: number,
    flags: number,
    db: number,
    name: Uint8Array,
    offset: number,
    length: number,
    origin: number,
    hi: number,
    lo: number,
    valueLength: number,
  ): number {
    const start = this.begin(
      kind,
      flags | DeltaFlag.element,
      db,
      this.outer,
      this.outerOffset,
      this.outerLength,
      valueLength + length,
    );
    this.buf[this.pos++] = this.outerType;
    this.bytes(name, offset, length);
    this.end(start, origin, hi, lo);
    if (this.onRecord !== undefined) {
      this.onRecord(kind, db, this.outer, this.outerOffset, this.outerLength, this.outerType);
    }
    return start;
  }

  private begin(
    kind: number,
    flags: number,
    db: number,
    key: Uint8Array,
    keyOffset: number,
    keyLength: number,
    moreBytes: number,
  ): number {
    this.ensure(keyLength + moreBytes + recordOverheadBytes);
    const start = this.pos;
    const buf = this.buf;
    let head = kind;
    let p = start + 2;
    buf[start + 1] = flags;
    if (db === this.lastDb) head |= sameDb;
    else {
      buf[p++] = db;
      this.lastDb = db;
    }
    if (this.isLastKey(key, keyOffset, keyLength)) head |= sameKey;
    else {
      this.pos = p;
      this.varint(keyLength);
      p = this.pos;
      this.lastKeyOffset = p;
      this.lastKeyLength = keyLength;
      copyBytes(buf, p, key, keyOffset, keyLength);
      p += keyLength;
    }
    this.pos = p;
    buf[start] = head;
    return start;
  }

  private end(start: number, origin: number, hi: number, lo: number): void {
    if (origin === this.lastOrigin) this.buf[start] = this.buf[start]! | sameOrigin;
    else {
      this.origin(origin);
      this.lastOrigin = origin;
    }
    this.difference(hi, lo, this.lastHi, this.lastLo);
    this.lastHi = hi;
    this.lastLo = lo;
    this.count += 1;
  }

  private isLastKey(key: Uint8Array, keyOffset: number, keyLength: number): boolean {
    if (keyLength !== this.lastKeyLength) return false;
    return sameBytes(this.buf, this.lastKeyOffset, key, keyOffset, keyLength);
  }

  /** A dot in a payload: origin reference and difference to the stamp of the record. */
  dot(origin: number, hi: number, lo: number): void {
    this.origin(origin);
    this.difference(hi, lo, this.lastHi, this.lastLo);
  }

  bytes(value: Uint8Array, offset: number, length: number): void {
    this.varint(length);
    copyBytes(this.buf, this.pos, value, offset, length);
    this.pos += length;
  }

  text(value: string): void {
    this.varint(value.length);
    for (let i = 0; i < value.length; i++) this.buf[this.pos++] = value.charCodeAt(i);
  }

  /** sum: 0 and a zigzag varint, or 1 and decimal text. */
  sum(value: bigint | string): void {
    if (typeof value === 'string') {
      this.ensure(value.length + 16);
      this.buf[this.pos++] = 1;
      this.text(value);
      return;
    }
    this.buf[this.pos++] = 0;
    this.zigzag64(Number(BigInt.asIntN(32, value >> 32n)), Number(BigInt.asIntN(32, value)));
  }

  varint(value: number): void {
    const buf = this.buf;
    let v = value;
    // Nobody could read it back: better no record than a log that ends there.
    assert(v <= Number.MAX_SAFE_INTEGER, 'a number is larger than records hold');
    while (v >= 0x10000000) {
      buf[this.pos++] = (v & 127) | 128;
      v = Math.floor(v / 128);
    }
    let small = v | 0;
    while (small >= 128) {
      buf[this.pos++] = (small & 127) | 128;
      small >>>= 7;
    }
    buf[this.pos++] = small;
  }

  private id(id: IdHalves): void {
    this.varint64(id.msHi, id.msLo);
    this.varint64(id.seqHi, id.seqLo);
  }

  /** An unsigned 64-bit integer in halves. */
  private varint64(hi: number, lo: number): void {
    this.pos = writeVarint64(hi, lo, this.buf, this.pos);
  }

  origin(index: number): void {
    if (index >= this.local.length) this.growLocal(index);
    if (this.localRound[index] === this.round) {
      this.varint(this.local[index]!);
      return;
    }
    this.local[index] = this.localCount;
    this.localRound[index] = this.round;
    this.varint(this.localCount);
    this.localCount += 1;
    const name = this.origins.bytes(index);
    this.varint(name.length);
    for (let i = 0; i < name.length; i++) this.buf[this.pos++] = name[i]!;
  }

  private growLocal(index: number): void {
    const local = new Uint32Array(Math.max(index + 1, this.local.length * 2));
    const round = new Uint32Array(local.length);
    local.set(this.local);
    round.set(this.localRound);
    this.local = local;
    this.localRound = round;
  }

  /** The zigzag varint of a - b. */
  private difference(aHi: number, aLo: number, bHi: number, bLo: number): void {
    const d = (aHi - bHi) * two32 + ((aLo >>> 0) - (bLo >>> 0));
    this.varint(d >= 0 ? d * 2 : -d * 2 - 1);
  }

  private zigzag64(hi: number, lo: number): void {
    const value = hi * two32 + (lo >>> 0);
    if (value >= -0x8000000000000 && value <= 0x7ffffffffffff) {
      this.varint(value >= 0 ? value * 2 : -value * 2 - 1);
      return;
    }
    let v = BigInt.asUintN(64, (BigInt(hi) << 32n) | BigInt(lo >>> 0));
    v = BigInt.asUintN(64, hi < 0 ? ~(v << 1n) : v << 1n);
    while (v >= 128n) {
      this.buf[this.pos++] = Number(v & 127n) | 128;
      v >>= 7n;
    }
    this.buf[this.pos++] = Number(v);
  }

  /** Makes room for `bytes` more. Throws FerriteError MEMORY past the largest batch. */
  ensure(bytes: number): void {
    const need = this.pos + bytes;
    if (need <= this.buf.length) return;
    if (need > batchBytesMax) throw new FerriteError('MEMORY', `a batch of ${need} bytes is too large`);
    const grown = Buffer.allocUnsafeSlow(Math.min(batchBytesMax, Math.max(need, this.buf.length * 2)));
    this.buf.copy(grown, 0, 0, this.pos);
    this.buf = grown;
  }
}
