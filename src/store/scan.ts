// Scans of the store as deltas: snapshots, full copies, the upload of what a peer lacks and the answer to `want` are all
// this. A scan goes keyspace by keyspace, live entries first, then the graveyard, in hash order and in slices, so the
// store may change meanwhile; it leaves out what a given vector covers.
import { stampHi, stampLo } from '../base/clock.ts';
import type { BatchWriter, SlotRecord } from '../delta/batch-writer.ts';
import { keyspacesMax } from '../delta/kinds.ts';
import type { VersionVector } from '../delta/vector.ts';
import { Encoding, EntryType, Form } from './entry.ts';
import { type CounterSlot, type Dot, emptyState, isHollow, type KeyState, zeroDot } from './key-state.ts';
import type { Keyspace } from './keyspace.ts';
import { ListCursor } from './lists.ts';
import type { Nest } from './nest.ts';
import type { PackedCursor } from './packed.ts';
import type { RegisterSet } from './register-sets.ts';
import type { Store } from './store.ts';
import { StreamCursor } from './streams.ts';

const sliceEntries = 128;

export class StoreScan {
  private readonly store: Store;
  private readonly covered: VersionVector | undefined;
  private keyspace = 0;
  private inGrave = false;
  private cursor = 0;
  private started = false;
  /** Large collections come upon in the last slice, which are scanned in slices of their own. */
  private readonly nests: (NestScan | ListScan | StreamScan)[] = [];
  private readonly isLocal: boolean;

  /** `isLocal`: what never leaves this node comes too. */
  constructor(store: Store, covered: VersionVector | undefined, isLocal: boolean) {
    this.store = store;
    this.covered = covered;
    this.isLocal = isLocal;
  }

  /** Appends the deltas of the next slice, about `bytesMax` of them; returns whether there is more. */
  next(writer: BatchWriter, bytesMax: number): boolean {
    const { store } = this;
    const until = writer.pos + bytesMax;
    if (!this.started) {
      this.started = true;
      this.statements(writer);
    }
    // Where much is covered nothing is written for long: the entries visited are bounded as well.
    for (let visited = 0; this.keyspace < keyspacesMax || this.nests.length > 0; ) {
      if (writer.pos >= until || visited >= bytesMax / 8) return true;
      const nest = this.nests[0];
      if (nest !== undefined) {
        if (!nest.next(writer, sliceEntries)) this.nests.shift();
        visited += sliceEntries;
        continue;
      }
      const ks = store.keyspaces[this.keyspace]!;
      const table = this.inGrave ? ks.grave : ks.table;
      this.cursor = table.scan(this.cursor, sliceEntries, (at) => {
        visited += 1;
        const large = isCollection(store, at) ? this.largeScan(ks, at) : undefined;
        if (large !== undefined) this.nests.push(large);
        else emitEntry(store, writer, ks, at, this.covered);
      });
      if (this.cursor !== 0) continue;
      if (this.inGrave) this.keyspace += 1;
      this.inGrave = !this.inGrave;
    }
    return false;
  }

  /** The scan of a collection at `at`, or undefined where it is packed. */
  private largeScan(ks: Keyspace, at: number): NestScan | ListScan | StreamScan | undefined {
    const { store, covered } = this;
    const type = store.entries.type(at);
    if (type === EntryType.stream) return new StreamScan(store, ks, at, covered, this.isLocal);
    if (type !== EntryType.list) return NestScan.of(store, ks, at, covered);
    return store.entries.encoding(at) === Form.nest ? new ListScan(store, ks, at, covered) : undefined;
  }

  private statements(writer: BatchWriter): void {
    const { store } = this;
    for (const { db, keyspace, dot } of store.shownStatements()) {
      if (!this.isCovered(dot))
        writer.mapDb(keyspace, dot.origin, stampHi(dot.stamp), stampLo(dot.stamp), db);
    }
    for (const ks of store.keyspaces) {
      if (ks.kill === undefined || this.isCovered(ks.kill.event)) continue;
      const { dot, event } = ks.kill;
      const [hi, lo] = [stampHi(event.stamp), stampLo(event.stamp)];
      writer.clearDb(ks.id, event.origin, hi, lo, dot.origin, stampHi(dot.stamp), stampLo(dot.stamp));
    }
  }

  private isCovered(dot: Dot): boolean {
    return this.covered?.covers(dot.origin, dot.stamp) ?? false;
  }
}

/**
 * Appends the deltas that hold all that is known of one key; returns whether there was anything. `isLocal`: what never
 * leaves this node comes too.
 */
export function emitKey(
  store: Store,
  writer: BatchWriter,
  keyspace: number,
  key: Uint8Array,
  isLocal = false,
): boolean {
  const ks = store.keyspaces[keyspace]!;
  const hash = store.hash.of(key, 0, key.length);
  const before = writer.count;
  const live = ks.table.find(hash, key, 0, key.length);
  if (live !== 0) emitEntry(store, writer, ks, ks.table.entryAt(live), undefined, isLocal);
  const dead = ks.grave.find(hash, key, 0, key.length);
  if (dead !== 0) emitEntry(store, writer, ks, ks.grave.entryAt(dead), undefined);
  return writer.count > before;
}

function emitEntry(
  store: Store,
  writer: BatchWriter,
  ks: Keyspace,
  at: number,
  covered: VersionVector | undefined,
  isLocal = false,
): void {
  const { entries, arena } = store;
  const keyOffset = entries.keyOffset(at);
  const keyLength = entries.keyLength(at);
  if (isCollection(store, at)) {
    emitCollection(store, writer, ks, at, covered, isLocal);
    return;
  }
  const encoding = entries.encoding(at);
  if ((encoding !== Encoding.raw && encoding !== Encoding.lz4) || entries.hasExpiry(at)) {
    emitState(writer, ks, ks.stateOf(at), arena.u8, keyOffset, keyLength, covered);
    return;
  }
  const origin = entries.origin(at);
  if (covered?.covers(origin, entries.stamp(at))) return;
  const { strings } = store;
  strings.read(at);
  writer.put(
    ks.id,
    arena.u8,
    keyOffset,
    keyLength,
    origin,
    entries.hi(at),
    entries.lo(at),
    strings.valueBytes,
    strings.valueOffset,
    strings.valueLength,
    true,
    0,
    0,
    0,
    0,
  );
}

export function isCollection(store: Store, at: number): boolean {
  const type = store.entries.type(at);
  return type !== EntryType.string && type !== EntryType.tomb;
}

/** All of a collection at once: its key's state, then its elements. */
function emitCollection(
  store: Store,
  writer: BatchWriter,
  ks: Keyspace,
  at: number,
  covered: VersionVector | undefined,
  isLocal: boolean,
): void {
  const { others, entries, arena } = store;
  const hash = store.hashOfEntry(at);
  const keyOffset = entries.keyOffset(at);
  const keyLength = entries.keyLength(at);
  if (entries.type(at) === EntryType.list) {
    const { otherLists: lists } = store;
    lists.stand(ks, hash, at, arena.u8, keyOffset, keyLength);
    const meta = lists.meta();
    emitState(writer, ks, withoutExpiry(meta), arena.u8, keyOffset, keyLength, covered);
    lists.emit(writer, covered, Number.POSITIVE_INFINITY, new ListCursor());
    emitState(writer, ks, expiryOnly(meta), arena.u8, keyOffset, keyLength, covered);
    return;
  }
  if (entries.type(at) === EntryType.stream) {
    const { otherStreams: streams } = store;
    streams.stand(ks, hash, at, arena.u8, keyOffset, keyLength);
    const meta = streams.meta();
    emitState(writer, ks, withoutExpiry(meta), arena.u8, keyOffset, keyLength, covered);
    streams.emit(writer, covered, Number.POSITIVE_INFINITY, new StreamCursor(), isLocal);
    emitState(writer, ks, expiryOnly(meta), arena.u8, keyOffset, keyLength, covered);
    return;
  }
  others.stand(ks, hash, at, arena.u8, keyOffset, keyLength, entries.type(at));
  const meta = others.meta();
  emitState(writer, ks, withoutExpiry(meta), arena.u8, keyOffset, keyLength, covered);
  writer.within(others.type, arena.u8, keyOffset, keyLength);
  const { nest } = others;
  if (nest !== undefined) {
    for (const table of [nest.elements.table, nest.elements.grave]) {
      let cursor = 0;
      do
        cursor = table.scan(cursor, 1024, (entry) => emitEntry(store, writer, nest.elements, entry, covered));
      while (cursor !== 0);
    }
  } else emitPacked(store, writer, ks, others.packed(), covered);
  writer.outside();
  emitState(writer, ks, expiryOnly(meta), arena.u8, keyOffset, keyLength, covered);
}

/** What goes before the elements of a collection. */
function withoutExpiry(meta: KeyState): KeyState {
  return { ...meta, expiry: emptyState().expiry };
}

/** What goes behind them: where nothing dead is remembered, a deadline needs something to belong to. */
function expiryOnly(meta: KeyState): KeyState {
  return { ...emptyState(), expiry: meta.expiry };
}

function emitPacked(
  store: Store,
  writer: BatchWriter,
  ks: Keyspace,
  cursor: PackedCursor,
  covered: VersionVector | undefined,
): void {
  const { u8 } = cursor;
  while (cursor.next()) {
    const { nameOffset, nameLength } = cursor;
    if (cursor.isState) {
      const state = store.codec.unpack(u8, cursor.valueOffset);
      emitState(writer, ks, state, u8, nameOffset, nameLength, covered);
      continue;
    }
    const { stamp, origin, valueOffset, valueLength } = cursor;
    if (covered?.covers(origin, stamp)) continue;
    const [hi, lo] = [stampHi(stamp), stampLo(stamp)];
    writer.put(
      ks.id,
      u8,
      nameOffset,
      nameLength,
      origin,
      hi,
      lo,
      u8,
      valueOffset,
      valueLength,
      true,
      0,
      0,
      0,
      0,
    );
  }
}

/** The key of a collection that is scanned in slices: where it is now. */
class ScannedKey {
  readonly ks: Keyspace;
  readonly bytes: Uint8Array;
  hash = 0;
  at = 0;
  private readonly store: Store;

  constructor(store: Store, ks: Keyspace, at: number) {
    this.store = store;
    this.ks = ks;
    const offset = store.entries.keyOffset(at);
    this.bytes = store.arena.u8.slice(offset, offset + store.entries.keyLength(at));
  }

  /** Looks the key up; false where it is gone or of another type. */
  find(type: number): boolean {
    const { store, ks, bytes } = this;
    this.hash = store.hash.of(bytes, 0, bytes.length);
    const live = ks.entryOf(this.hash, bytes, 0, bytes.length);
    this.at = live !== 0 ? live : ks.tombOf(this.hash, bytes, 0, bytes.length);
    return this.at !== 0 && store.entries.type(this.at) === type;
  }
}

/** The scan of one stream, by id, so that entries may come and go meanwhile. */
class StreamScan {
  private readonly store: Store;
  private readonly covered: VersionVector | undefined;
  private readonly isLocal: boolean;
  private readonly key: ScannedKey;
  private readonly cursor = new StreamCursor();
  private started = false;

  constructor(store: Store, ks: Keyspace, at: number, covered: VersionVector | undefined, isLocal: boolean) {
    this.store = store;
    this.covered = covered;
    this.isLocal = isLocal;
    this.key = new ScannedKey(store, ks, at);
  }

  /** Appends the deltas of the next slice; returns whether there is more. */
  next(writer: BatchWriter, count: number): boolean {
    const { store, covered, key } = this;
    if (!key.find(EntryType.stream)) return false;
    const { ks, bytes } = key;
    const { otherStreams: streams } = store;
    streams.stand(ks, key.hash, key.at, bytes, 0, bytes.length);
    if (!this.started) {
      this.started = true;
      emitState(writer, ks, withoutExpiry(streams.meta()), bytes, 0, bytes.length, covered);
    }
    if (!streams.emit(writer, covered, count, this.cursor, this.isLocal)) return true;
    emitState(writer, ks, expiryOnly(streams.meta()), bytes, 0, bytes.length, covered);
    return false;
  }
}

/** The scan of one large list, by position, so that elements may come and go meanwhile. */
class ListScan {
  private readonly store: Store;
  private readonly covered: VersionVector | undefined;
  private readonly scanned: ScannedKey;
  private readonly cursor = new ListCursor();
  private started = false;

  constructor(store: Store, ks: Keyspace, at: number, covered: VersionVector | undefined) {
    this.store = store;
    this.covered = covered;
    this.scanned = new ScannedKey(store, ks, at);
  }

  /** Appends the deltas of the next slice; returns whether there is more. */
  next(writer: BatchWriter, count: number): boolean {
    const { store, covered, scanned } = this;
    if (!scanned.find(EntryType.list)) return false;
    const { ks, bytes: key } = scanned;
    const { otherLists: lists } = store;
    lists.stand(ks, scanned.hash, scanned.at, key, 0, key.length);
    if (!this.started) {
      this.started = true;
      emitState(writer, ks, withoutExpiry(lists.meta()), key, 0, key.length, covered);
    }
    if (!lists.emit(writer, covered, count, this.cursor)) return true;
    emitState(writer, ks, expiryOnly(lists.meta()), key, 0, key.length, covered);
    return false;
  }
}

/** The scan of one large collection. The key is looked up anew for each slice: what came meanwhile is in the journal. */
class NestScan {
  private readonly store: Store;
  private readonly ks: Keyspace;
  private readonly covered: VersionVector | undefined;
  private readonly key: Uint8Array;
  private readonly nest: Nest;
  private cursor = 0;
  private started = false;
  private inGrave = false;

  private constructor(
    store: Store,
    ks: Keyspace,
    covered: VersionVector | undefined,
    key: Uint8Array,
    nest: Nest,
  ) {
    this.store = store;
    this.ks = ks;
    this.covered = covered;
    this.key = key;
    this.nest = nest;
  }

  /** The scan of a collection at `at`, or undefined where it is packed. */
  static of(
    store: Store,
    ks: Keyspace,
    at: number,
    covered: VersionVector | undefined,
  ): NestScan | undefined {
    const nest = store.others.nestAt(at);
    if (nest === undefined) return undefined;
    const offset = store.entries.keyOffset(at);
    const key = store.arena.u8.slice(offset, offset + store.entries.keyLength(at));
    return new NestScan(store, ks, covered, key, nest);
  }

  /** Appends the deltas of the next slice; returns whether there is more. */
  next(writer: BatchWriter, count: number): boolean {
    const { store, ks, key, nest } = this;
    const hash = store.hash.of(key, 0, key.length);
    const live = ks.entryOf(hash, key, 0, key.length);
    const at = live !== 0 ? live : ks.tombOf(hash, key, 0, key.length);
    if (at === 0 || !isCollection(store, at) || store.others.nestAt(at) !== nest) return false;
    store.others.stand(ks, hash, at, key, 0, key.length, nest.type);
    const meta = store.others.meta();
    if (!this.started) {
      this.started = true;
      emitState(writer, ks, withoutExpiry(meta), key, 0, key.length, this.covered);
    }
    writer.within(nest.type, key, 0, key.length);
    const table = this.inGrave ? nest.elements.grave : nest.elements.table;
    this.cursor = table.scan(this.cursor, count, (entry) =>
      emitEntry(store, writer, nest.elements, entry, this.covered),
    );
    writer.outside();
    if (this.cursor !== 0) return true;
    this.inGrave = !this.inGrave;
    if (!this.inGrave) emitState(writer, ks, expiryOnly(meta), key, 0, key.length, this.covered);
    return this.inGrave;
  }
}

function emitState(
  writer: BatchWriter,
  ks: Keyspace,
  state: KeyState,
  key: Uint8Array,
  keyOffset: number,
  keyLength: number,
  covered: VersionVector | undefined,
): void {
  const isNew = (dot: Dot): boolean => !(covered?.covers(dot.origin, dot.stamp) ?? false);
  const { value, expiry, kill } = state;
  const at = { ks, key, keyOffset, keyLength };
  const newRecords = state.records.some((r) => isNew({ stamp: r.eventStamp, origin: r.eventOrigin }));
  let expirySaid = false;
  if (state.floor !== zeroDot && isNew(state.floor)) {
    const { origin, stamp } = state.floor;
    writer.floor(ks.id, key, keyOffset, keyLength, origin, stampHi(stamp), stampLo(stamp));
  }
  if (kill !== undefined && (isNew(kill.event) || (newRecords && value === undefined))) {
    const [hi, lo] = [stampHi(kill.event.stamp), stampLo(kill.event.stamp)];
    const head = writer.clear(
      ks.id,
      key,
      keyOffset,
      keyLength,
      kill.event.origin,
      hi,
      lo,
      kill.dot.origin,
      stampHi(kill.dot.stamp),
      stampLo(kill.dot.stamp),
    );
    if (state.records.length > 0) writer.records(head, state.records);
  }
  if (value !== undefined && (isNew(value.dot) || newRecords)) {
    expirySaid = expiry.dot.stamp === value.dot.stamp && expiry.dot.origin === value.dot.origin;
    emitPut(writer, at, value, expirySaid ? expiry.deadlineMs : undefined, state.records, isHollow(state));
  }
  for (const slot of state.slots) if (isNew(slot)) emitCount(writer, at, slot);
  for (const set of state.sets) if (isNew(set)) emitSet(writer, at, set);
  // Last: where nothing dead is remembered, a deadline needs something to belong to.
  if (!expirySaid && expiry.dot.stamp !== 0 && isNew(expiry.dot)) {
    const [hi, lo] = [stampHi(expiry.dot.stamp), stampLo(expiry.dot.stamp)];
    writer.expire(ks.id, key, keyOffset, keyLength, expiry.dot.origin, hi, lo, expiry.deadlineMs);
  }
}

function emitCount(writer: BatchWriter, at: KeyRange, slot: CounterSlot): void {
  const { ks, key, keyOffset, keyLength } = at;
  const [hi, lo] = [stampHi(slot.stamp), stampLo(slot.stamp)];
  const [runHi, runLo] = [stampHi(slot.run), stampLo(slot.run)];
  if (typeof slot.sum === 'string') {
    writer.countDecimal(ks.id, key, keyOffset, keyLength, slot.origin, hi, lo, runHi, runLo, slot.sum);
    return;
  }
  const [sumHi, sumLo] = [Number(slot.sum >> 32n), Number(BigInt.asIntN(32, slot.sum))];
  writer.count64(ks.id, key, keyOffset, keyLength, slot.origin, hi, lo, runHi, runLo, sumHi, sumLo);
}

function emitSet(writer: BatchWriter, at: KeyRange, set: RegisterSet): void {
  const { ks, key, keyOffset, keyLength } = at;
  const [hi, lo] = [stampHi(set.stamp), stampLo(set.stamp)];
  const { bytes } = set;
  writer.registers(ks.id, key, keyOffset, keyLength, set.origin, hi, lo, 0, 0, 0, bytes, 0, bytes.length);
}

interface KeyRange {
  readonly ks: Keyspace;
  readonly key: Uint8Array;
  readonly keyOffset: number;
  readonly keyLength: number;
}

function emitPut(
  writer: BatchWriter,
  at: KeyRange,
  value: { readonly dot: Dot; readonly bytes: Uint8Array },
  deadlineMs: number | undefined,
  records: readonly SlotRecord[],
  hollow: boolean,
): void {
  const head = writer.pos;
  writer.put(
    at.ks.id,
    at.key,
    at.keyOffset,
    at.keyLength,
    value.dot.origin,
    stampHi(value.dot.stamp),
    stampLo(value.dot.stamp),
    value.bytes,
    0,
    value.bytes.length,
    deadlineMs !== undefined,
    deadlineMs ?? 0,
    0,
    0,
    0,
  );
  if (hollow) writer.hollow(head);
  if (records.length > 0) writer.records(head, records);
}
