// Scans of the store as deltas: snapshots, full copies, the upload of what a peer lacks and the answer to `want` are
// all this. A scan goes keyspace by keyspace, live and dead entries in hash order and in slices, so the store may
// change meanwhile; it leaves out what a given vector covers.
import { stampHi, stampLo } from '../base/clock.ts';
import type { BatchWriter, SlotRecord } from '../delta/batch-writer.ts';
import { keyspacesMax } from '../delta/kinds.ts';
import type { VersionVector } from '../delta/vector.ts';
import { Encoding, EntryType } from './entry.ts';
import {
  type CounterSlot,
  type Dot,
  emptyState,
  isHollow,
  type KeyState,
  purge,
  zeroDot,
} from './key-state.ts';
import type { Keyspace } from './keyspace.ts';
import { ListCursor } from './list/list-deltas.ts';
import type { ListNest } from './list/list-nests.ts';
import type { Nest } from './nest.ts';
import type { PackedCursor } from './packed.ts';
import type { RegisterSet } from './register-sets.ts';
import type { Store } from './store.ts';
import { StreamCursor } from './stream/stream-deltas.ts';
import { UnheldCursor } from './unheld.ts';

/** Entries of a step, of which a slice has more and more, up to so many: a few large ones fill it. */
const stepEntries = 8;
const sliceEntries = 128;

export class StoreScan {
  private readonly store: Store;
  private readonly covered: VersionVector | undefined;
  private keyspace = 0;
  private cursor = 0;
  private started = false;
  /** Large collections come upon in the last slice, which are scanned in slices of their own. */
  private readonly nests: LargeScan[] = [];
  private readonly isLocal: boolean;
  private readonly unheld = new UnheldCursor();
  private marksDone = false;

  /** `isLocal`: what never leaves this node comes too. */
  constructor(store: Store, covered: VersionVector | undefined, isLocal: boolean) {
    this.store = store;
    this.covered = covered;
    this.isLocal = isLocal;
  }

  /**
   * Appends the deltas of the next slice, about `bytesMax` of them; returns whether there is more. Of a string that has
   * expired and is longer than `valueBytesMax`, the dots alone.
   */
  next(writer: BatchWriter, bytesMax: number, valueBytesMax = Number.POSITIVE_INFINITY): boolean {
    const { store } = this;
    const until = writer.pos + bytesMax;
    while (this.isLocal && !this.marksDone) {
      this.marksDone = !store.unheld.emitMarks(writer, sliceEntries, this.unheld);
      if (writer.pos >= until) return true;
    }
    if (!this.started) {
      this.started = true;
      this.statements(writer);
    }
    // Where much is covered nothing is written for long: the entries visited are bounded as well.
    let visited = 0;
    for (let step = stepEntries; this.keyspace < keyspacesMax || this.nests.length > 0; ) {
      if (writer.pos >= until || visited >= bytesMax / 8) return true;
      const nest = this.nests[0];
      if (nest !== undefined) {
        const state = nest.next(writer, step);
        if (state !== 'more') this.nests.shift();
        if (state === 'gone') this.visitAgain(writer, nest, valueBytesMax);
        visited += step;
        step = Math.min(sliceEntries, step * 2);
        continue;
      }
      const ks = store.keyspaces[this.keyspace]!;
      this.cursor = ks.scan(this.cursor, step, (at) => {
        visited += 1;
        this.visit(writer, ks, at, valueBytesMax);
      });
      if (this.cursor === 0) this.keyspace += 1;
      step = Math.min(sliceEntries, step * 2);
    }
    return this.isLocal && store.unheld.emitFilters(writer, this.unheld);
  }

  private visit(writer: BatchWriter, ks: Keyspace, at: number, valueBytesMax: number): void {
    const { store, covered } = this;
    const large = isCollection(store, at) ? largeScan(store, ks, at, covered, this.isLocal) : undefined;
    if (large !== undefined) this.nests.push(large);
    else emitEntry(store, writer, ks, at, covered, this.isLocal, valueBytesMax);
  }

  /** The collection made way for something else while it was scanned: what is there says what became of it. */
  private visitAgain(writer: BatchWriter, { ks, key }: LargeScan, valueBytesMax: number): void {
    const at = entryOf(this.store, ks, key);
    if (at !== 0) this.visit(writer, ks, at, valueBytesMax);
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
  if (dead !== 0) emitEntry(store, writer, ks, ks.grave.entryAt(dead), undefined, isLocal);
  return writer.count > before;
}

function emitEntry(
  store: Store,
  writer: BatchWriter,
  ks: Keyspace,
  at: number,
  covered: VersionVector | undefined,
  isLocal = false,
  valueBytesMax = Number.POSITIVE_INFINITY,
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
    const own = isLocal ? store.self : 0;
    const state = ks.stateOf(at);
    const isTooLong = (state.value?.bytes.length ?? 0) > valueBytesMax;
    if (isTooLong && (state.purged || store.isExpired(at))) purge(state, false);
    emitState(writer, ks, state, arena.u8, keyOffset, keyLength, covered, own);
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
    lists.deltas.emit(writer, covered, Number.POSITIVE_INFINITY, new ListCursor());
    emitState(writer, ks, expiryOnly(meta), arena.u8, keyOffset, keyLength, covered);
    return;
  }
  if (entries.type(at) === EntryType.stream) {
    const { otherStreams: streams } = store;
    streams.stand(ks, hash, at, arena.u8, keyOffset, keyLength);
    const meta = streams.meta();
    emitState(writer, ks, withoutExpiry(meta), arena.u8, keyOffset, keyLength, covered);
    streams.deltas.emit(writer, covered, Number.POSITIVE_INFINITY, new StreamCursor(), isLocal);
    emitState(writer, ks, expiryOnly(meta), arena.u8, keyOffset, keyLength, covered);
    return;
  }
  others.stand(ks, hash, at, arena.u8, keyOffset, keyLength, entries.type(at));
  const meta = others.meta();
  emitState(writer, ks, withoutExpiry(meta), arena.u8, keyOffset, keyLength, covered);
  writer.within(others.type, arena.u8, keyOffset, keyLength);
  const { nest } = others;
  if (nest !== undefined) {
    let cursor = 0;
    do
      cursor = nest.elements.scan(cursor, 1024, (entry) =>
        emitEntry(store, writer, nest.elements, entry, covered, isLocal),
      );
    while (cursor !== 0);
  } else emitPacked(store, writer, ks, others.packed(), covered, isLocal ? store.self : 0);
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
  own: number,
): void {
  const { u8 } = cursor;
  while (cursor.next()) {
    const { nameOffset, nameLength } = cursor;
    if (cursor.isState) {
      const state = store.codec.unpack(u8, cursor.valueOffset);
      emitState(writer, ks, state, u8, nameOffset, nameLength, covered, own);
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

/** The scan of one large collection, which is looked up anew for each slice. */
interface LargeScan {
  readonly ks: Keyspace;
  readonly key: Uint8Array;
  /** Appends the deltas of the next slice. 'gone': the collection is not there any more, or is another one. */
  next(writer: BatchWriter, count: number): 'more' | 'end' | 'gone';
}

/** The scan of a collection at `at`, or undefined where it is packed. */
function largeScan(
  store: Store,
  ks: Keyspace,
  at: number,
  covered: VersionVector | undefined,
  isLocal: boolean,
): LargeScan | undefined {
  const { entries, arena, lists, others } = store;
  const offset = entries.keyOffset(at);
  const key = arena.u8.slice(offset, offset + entries.keyLength(at));
  const type = entries.type(at);
  if (type === EntryType.stream) return new StreamScan(store, ks, key, covered, isLocal);
  if (type === EntryType.list) {
    const list = lists.opened.nestAt(at);
    return list === undefined ? undefined : new ListScan(store, ks, key, list, covered);
  }
  const nest = others.nestAt(at);
  return nest === undefined ? undefined : new NestScan(store, ks, key, nest, covered, isLocal);
}

/** The entry of a key, live or dead; 0 = none. */
function entryOf(store: Store, ks: Keyspace, key: Uint8Array): number {
  const hash = store.hash.of(key, 0, key.length);
  const live = ks.entryOf(hash, key, 0, key.length);
  return live !== 0 ? live : ks.tombOf(hash, key, 0, key.length);
}

/** The scan of one stream, by id, so that entries may come and go meanwhile. */
class StreamScan implements LargeScan {
  readonly ks: Keyspace;
  readonly key: Uint8Array;
  private readonly store: Store;
  private readonly covered: VersionVector | undefined;
  private readonly isLocal: boolean;
  private readonly cursor = new StreamCursor();
  private started = false;

  constructor(
    store: Store,
    ks: Keyspace,
    key: Uint8Array,
    covered: VersionVector | undefined,
    isLocal: boolean,
  ) {
    this.store = store;
    this.ks = ks;
    this.key = key;
    this.covered = covered;
    this.isLocal = isLocal;
  }

  next(writer: BatchWriter, count: number): 'more' | 'end' | 'gone' {
    const { store, ks, key, covered } = this;
    const at = entryOf(store, ks, key);
    if (at === 0 || store.entries.type(at) !== EntryType.stream) return 'gone';
    const { otherStreams: streams } = store;
    streams.stand(ks, store.hashOfEntry(at), at, key, 0, key.length);
    if (!this.started) {
      this.started = true;
      emitState(writer, ks, withoutExpiry(streams.meta()), key, 0, key.length, covered);
    }
    if (!streams.deltas.emit(writer, covered, count, this.cursor, this.isLocal)) return 'more';
    // It may be another stream by now, with more to say of what went before it.
    emitState(writer, ks, streams.meta(), key, 0, key.length, covered);
    return 'end';
  }
}

/** The scan of one large list, by position, so that elements may come and go meanwhile. */
class ListScan implements LargeScan {
  readonly ks: Keyspace;
  readonly key: Uint8Array;
  private readonly store: Store;
  private readonly covered: VersionVector | undefined;
  private readonly list: ListNest;
  private readonly cursor = new ListCursor();
  private started = false;

  constructor(
    store: Store,
    ks: Keyspace,
    key: Uint8Array,
    list: ListNest,
    covered: VersionVector | undefined,
  ) {
    this.store = store;
    this.ks = ks;
    this.key = key;
    this.list = list;
    this.covered = covered;
  }

  next(writer: BatchWriter, count: number): 'more' | 'end' | 'gone' {
    const { store, ks, key, covered } = this;
    const { otherLists: lists } = store;
    const at = entryOf(store, ks, key);
    if (at === 0 || store.entries.type(at) !== EntryType.list || lists.opened.nestAt(at) !== this.list)
      return 'gone';
    lists.stand(ks, store.hashOfEntry(at), at, key, 0, key.length);
    if (!this.started) {
      this.started = true;
      emitState(writer, ks, withoutExpiry(lists.meta()), key, 0, key.length, covered);
    }
    if (!lists.deltas.emit(writer, covered, count, this.cursor)) return 'more';
    emitState(writer, ks, expiryOnly(lists.meta()), key, 0, key.length, covered);
    return 'end';
  }
}

/** The scan of one large hash, set or sorted set: what came meanwhile is in the journal. */
class NestScan implements LargeScan {
  readonly ks: Keyspace;
  readonly key: Uint8Array;
  private readonly store: Store;
  private readonly covered: VersionVector | undefined;
  private readonly nest: Nest;
  private readonly isLocal: boolean;
  private cursor = 0;
  private started = false;

  constructor(
    store: Store,
    ks: Keyspace,
    key: Uint8Array,
    nest: Nest,
    covered: VersionVector | undefined,
    isLocal: boolean,
  ) {
    this.isLocal = isLocal;
    this.store = store;
    this.ks = ks;
    this.covered = covered;
    this.key = key;
    this.nest = nest;
  }

  next(writer: BatchWriter, count: number): 'more' | 'end' | 'gone' {
    const { store, ks, key, nest } = this;
    const at = entryOf(store, ks, key);
    if (at === 0 || store.entries.type(at) !== nest.type || store.others.nestAt(at) !== nest) return 'gone';
    store.others.stand(ks, store.hashOfEntry(at), at, key, 0, key.length, nest.type);
    const meta = store.others.meta();
    if (!this.started) {
      this.started = true;
      emitState(writer, ks, withoutExpiry(meta), key, 0, key.length, this.covered);
    }
    writer.within(nest.type, key, 0, key.length);
    this.cursor = nest.elements.scan(this.cursor, count, (entry) =>
      emitEntry(store, writer, nest.elements, entry, this.covered, this.isLocal),
    );
    writer.outside();
    if (this.cursor !== 0) return 'more';
    emitState(writer, ks, expiryOnly(meta), key, 0, key.length, this.covered);
    return 'end';
  }
}

/** `own`: the origin whose marks go along; 0 where it is nobody's concern. */
function emitState(
  writer: BatchWriter,
  ks: Keyspace,
  state: KeyState,
  key: Uint8Array,
  keyOffset: number,
  keyLength: number,
  covered: VersionVector | undefined,
  own = 0,
): void {
  const isNew = (dot: Dot): boolean => !(covered?.covers(dot.origin, dot.stamp) ?? false);
  const { value, expiry, kill } = state;
  const at = { ks, key, keyOffset, keyLength };
  const newRecords = state.records.some((r) => isNew({ stamp: r.eventStamp, origin: r.eventOrigin }));
  let expirySaid = false;
  // Said again whatever is covered: it may follow from a removal that is no longer known by itself.
  if (state.floor !== zeroDot) {
    const { origin, stamp } = state.floor;
    writer.floor(ks.id, key, keyOffset, keyLength, origin, stampHi(stamp), stampLo(stamp));
  }
  if (own !== 0) emitMarked(writer, at, state, own);
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
      kill.type,
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

/**
 * What marks are made from again: the slot as it was then, and as it was last. It goes before what may have seen all of
 * it. The same count said twice is stale the second time.
 */
function emitMarked(writer: BatchWriter, at: KeyRange, state: KeyState, own: number): void {
  const { marks } = state;
  if (marks.length === 0) return;
  const slots = [...state.slots, ...state.records].filter((s) => s.origin === own);
  const last = slots.find((s) => marks.some((m) => m.run === s.run));
  if (last === undefined) return;
  const earlier = marks.filter((m) => m.run === last.run && m.stamp < last.stamp);
  for (const { stamp, run, sum } of earlier) emitCount(writer, at, { origin: own, stamp, run, sum });
  emitCount(writer, at, last);
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
