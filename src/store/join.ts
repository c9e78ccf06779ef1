// Joining deltas into the store: recovery, sync, full copies and imports are all this one function. Whatever the order
// and however often deltas come, as long as each origin's own keep their order, the state is the same. Plain puts on
// plain entries are joined in place; the rest goes through KeyState (key-state.ts), which says what a join is.
import { stampFrom } from '../base/clock.ts';
import { CommandError } from '../base/errors.ts';
import type { BatchReader } from '../delta/batch-reader.ts';
import { DeltaFlag, DeltaKind, UnheldFlag } from '../delta/kinds.ts';
import { compareDots } from '../delta/origins.ts';
import type { VersionVector } from '../delta/vector.ts';
import { Encoding, EntryType } from './entry.ts';
import { joinCollection, joinSlot, killCollection, killOf } from './join-collection.ts';
import { noteConflict, noteStateConflict } from './join-conflicts.ts';
import { JoinResult } from './join-result.ts';
import {
  type Dot,
  greatestDot,
  isHollow,
  isLive,
  isPast,
  joinClear,
  joinExpire,
  joinPut,
  joinRegisters,
  type KeyState,
  raiseFloor,
  zeroDot,
} from './key-state.ts';
import type { Keyspace } from './keyspace.ts';
import { changedSet, type RegisterSet, soundSet } from './register-sets.ts';
import type { Store } from './store.ts';
import { joinGroupNote } from './stream/join-stream.ts';
import { unheldIn } from './unheld.ts';

const noBytes = new Uint8Array(0);

/**
 * Joins the reader's current record. `context` is what the sender had seen, for finding conflicts; undefined in
 * recovery, where none are looked for. `whole`: part of all that the sender knows of the key (answer to `want`).
 * `isKept`: the sender keeps it for good, so that what is not held whole here need not be joined.
 */
export function joinDelta(
  store: Store,
  d: BatchReader,
  context: VersionVector | undefined,
  whole = false,
  isKept = false,
): JoinResult {
  const stamp = d.greatestStamp;
  if (!store.clock.believes(stamp)) return JoinResult.stale;
  store.clock.witness(stamp);
  try {
    return joinByKind(store, d, context, whole, isKept);
  } catch (error) {
    if (error instanceof CommandError) return JoinResult.full;
    throw error;
  }
}

function joinByKind(
  store: Store,
  d: BatchReader,
  context: VersionVector | undefined,
  whole: boolean,
  isKept: boolean,
): JoinResult {
  const ks = store.keyspaces[d.db]!;
  if (d.kind === DeltaKind.clearDb) {
    store.unheld.cleared(ks, stampFrom(d.baseHi, d.baseLo));
    return joinClearDb(store, ks, d);
  }
  if (d.kind === DeltaKind.mapDb) {
    return result(store.show(d.deadlineMs, d.db, { stamp: d.stamp, origin: d.origin }));
  }
  if (d.kind === DeltaKind.unheld) {
    store.unheld.join(ks, store.hash.of(d.buf, d.keyOffset, d.keyLength), d);
    return JoinResult.joined;
  }
  if (isKilled(store, ks, d)) return JoinResult.stale;
  const hash = store.hash.of(d.buf, d.keyOffset, d.keyLength);
  if (d.kind === DeltaKind.evict) return joinEvict(store, ks, hash, d);
  if (store.unheld.isAny && isLeftOut(store, ks, hash, d, isKept)) return JoinResult.leftOut;
  if (d.kind === DeltaKind.group) return joinGroupNote(store.otherStreams, ks, hash, d);
  if (d.elementType !== 0 || isCollectionKind(d.kind) || store.hasCollections || isOfCollection(d)) {
    const done = joinCollection(store, ks, hash, d, context);
    if (done !== undefined) return done;
  }
  if (d.kind === DeltaKind.put && d.records.length === 0) {
    const fast = putInPlace(store, ks, hash, d, context);
    if (fast !== undefined) return fast;
  }
  const patched = d.kind === DeltaKind.patch ? patchInPlace(store, ks, hash, d) : undefined;
  if (patched !== undefined) return patched;
  return joinState(store, ks, hash, d, context, whole);
}

/** Whether a delta of a key that is not held whole is left out; else a part of the key will be here. */
function isLeftOut(store: Store, ks: Keyspace, hash: number, d: BatchReader, isKept: boolean): boolean {
  const { unheld } = store;
  const { buf, keyOffset, keyLength } = d;
  if (unheld.find(ks, hash, buf, keyOffset, keyLength) === undefined) return false;
  const isOut = isKept || unheld.wasLeftOut(ks, buf, keyOffset, keyLength);
  if (isOut) unheld.leaveOut(ks, hash, d);
  else unheld.keepPart(ks, hash, buf, keyOffset, keyLength);
  return isOut;
}

/** Whether a kind speaks of lists or streams alone. */
function isCollectionKind(kind: number): boolean {
  const isOfStreams = kind === DeltaKind.entry || kind === DeltaKind.extent;
  return isOfStreams || (kind >= DeltaKind.insert && kind <= DeltaKind.remove);
}

/** A clear of a key that held a collection, or was one's before. */
function isOfCollection(d: BatchReader): boolean {
  return d.kind === DeltaKind.clear && (d.clearType > EntryType.string || d.has(DeltaFlag.floor));
}

function result(changed: boolean): JoinResult {
  return changed ? JoinResult.joined : JoinResult.stale;
}

/**
 * Whether a clear of the whole keyspace has killed the delta. A counter run begun before it is dead altogether, and so
 * is an element of a list.
 */
function isKilled(store: Store, ks: Keyspace, d: BatchReader): boolean {
  if (ks.kill === undefined) return false;
  const { dot } = ks.kill;
  if (d.kind === DeltaKind.rewrite || d.kind === DeltaKind.remove) {
    return store.compare({ stamp: stampFrom(d.baseHi, d.baseLo), origin: d.baseOrigin }, dot) <= 0;
  }
  const stamp = d.kind === DeltaKind.count ? stampFrom(d.runHi, d.runLo) : d.stamp;
  return store.compare({ stamp, origin: d.origin }, dot) <= 0;
}

function joinClearDb(store: Store, ks: Keyspace, d: BatchReader): JoinResult {
  const dot = { stamp: stampFrom(d.baseHi, d.baseLo), origin: d.baseOrigin };
  if (ks.kill !== undefined && store.compare(dot, ks.kill.dot) <= 0) return JoinResult.stale;
  for (const table of [ks.table, ks.grave]) {
    for (let cursor = 0; ; ) {
      const found: number[] = [];
      cursor = table.scan(cursor, 1024, (at) => found.push(at));
      for (const at of found) killEntry(store, ks, at, dot);
      if (cursor === 0) break;
    }
  }
  // At the end: where there was no memory in its midst, what is tried again then must not find it done.
  store.killKeyspace(ks, killOf(d, EntryType.string));
  return JoinResult.joined;
}

/** Takes out of an entry or tomb what a clear of the keyspace kills. */
function killEntry(store: Store, ks: Keyspace, at: number, dot: Dot): void {
  const { entries, arena } = store;
  const offset = entries.keyOffset(at);
  const key = arena.u8.slice(offset, offset + entries.keyLength(at));
  const type = entries.type(at);
  if (type !== EntryType.string && type !== EntryType.tomb) {
    killCollection(store, ks, store.hash.of(key, 0, key.length), at, dot);
    return;
  }
  const state = ks.stateOf(at);
  const dead = (other: Dot): boolean => store.compare(other, dot) <= 0;
  if (state.value !== undefined && dead(state.value.dot)) state.value = undefined;
  if (dead(state.expiry.dot)) state.expiry = { deadlineMs: 0, dot: zeroDot };
  if (state.kill !== undefined && dead(state.kill.dot)) state.kill = undefined;
  if (dead(state.floor)) state.floor = zeroDot;
  state.sets = state.sets.filter((s) => !dead(s));
  if (state.value === undefined) state.purged = false;
  state.slots = state.slots.filter((s) => !dead({ stamp: s.run, origin: s.origin }));
  state.records = state.records.filter((r) => !dead({ stamp: r.run, origin: r.origin }));
  ks.save(store.hash.of(key, 0, key.length), key, 0, key.length, state);
}

/** A put without records on no entry or a plain one, with no tomb: undefined where it is anything else. */
function putInPlace(
  store: Store,
  ks: Keyspace,
  hash: number,
  d: BatchReader,
  context: VersionVector | undefined,
): JoinResult | undefined {
  const { entries } = store;
  if (ks.grave.size > 0 && ks.grave.find(hash, d.buf, d.keyOffset, d.keyLength) !== 0) return undefined;
  if (!d.has(DeltaFlag.expiryStated)) return undefined;
  const slot = ks.table.find(hash, d.buf, d.keyOffset, d.keyLength);
  if (slot !== 0) {
    const at = ks.table.entryAt(slot);
    if (entries.encoding(at) >= Encoding.counter) return undefined;
    const order = compareDots(
      store.origins,
      d.hi,
      d.lo,
      d.origin,
      entries.hi(at),
      entries.lo(at),
      entries.origin(at),
    );
    if (order === 0) return JoinResult.stale;
    // A later statement of expiry outlives an earlier put: that is for KeyState to sort out.
    if (entries.hasExpiry(at)) return undefined;
    if (order < 0) {
      noteConflict(store, ks, d, at, context);
      return JoinResult.stale;
    }
    noteConflict(store, ks, d, at, context);
  }
  ks.writePlain(
    hash,
    d.buf,
    d.keyOffset,
    d.keyLength,
    d.buf,
    d.valueOffset,
    d.valueLength,
    d.origin,
    d.hi,
    d.lo,
    d.deadlineMs !== 0,
    d.deadlineMs,
    d.origin,
    d.stamp,
  );
  return JoinResult.joined;
}

/**
 * A patch of a plain entry, with no tomb, that is what it was made of, or later; undefined where it is anything else.
 * So a large value that comes in many patches is not made anew for each.
 */
function patchInPlace(store: Store, ks: Keyspace, hash: number, d: BatchReader): JoinResult | undefined {
  const { entries, ground, origins, strings } = store;
  const { buf, keyOffset, keyLength } = d;
  const at = ks.entryOf(hash, buf, keyOffset, keyLength);
  if (at === 0 || entries.type(at) !== EntryType.string || entries.encoding(at) !== Encoding.raw)
    return undefined;
  if (ks.tombOf(hash, buf, keyOffset, keyLength) !== 0) return undefined;
  const [hi, lo, origin] = [entries.hi(at), entries.lo(at), entries.origin(at)];
  if (compareDots(origins, d.hi, d.lo, d.origin, hi, lo, origin) <= 0) return JoinResult.stale;
  // The dot of its deadline would become that of the patch.
  if (ground.keepsDead && !entries.hasExpiry(at)) return undefined;
  if (d.baseOrigin !== origin || compareDots(origins, d.baseHi, d.baseLo, origin, hi, lo, origin) !== 0)
    return undefined;
  strings.overlay(ks, hash, at, d.at, buf, d.valueOffset, d.valueLength, d.origin, d.hi, d.lo);
  return JoinResult.joined;
}

function joinState(
  store: Store,
  ks: Keyspace,
  hash: number,
  d: BatchReader,
  context: VersionVector | undefined,
  whole: boolean,
): JoinResult {
  const { order } = store.ground;
  const state = ks.load(hash, d.buf, d.keyOffset, d.keyLength);
  const dot = { stamp: d.stamp, origin: d.origin };
  // What is held whole is joined as it was: its deadline hides it again.
  if (!isHollow(state)) state.purged = false;
  if (!whole && wantsBytes(store, d, state)) return JoinResult.want;
  switch (d.kind) {
    case DeltaKind.put: {
      noteStateConflict(store, ks, d, state, context);
      const bytes = d.buf.subarray(d.valueOffset, d.valueOffset + d.valueLength);
      const stated = d.has(DeltaFlag.expiryStated);
      const hollow = d.has(DeltaFlag.hollow);
      if (!joinPut(state, dot, bytes, stated, d.deadlineMs, d.records, order, hollow))
        return JoinResult.stale;
      break;
    }
    case DeltaKind.count: {
      const sum = d.has(DeltaFlag.decimal)
        ? d.buf.toString('latin1', d.valueOffset, d.valueOffset + d.valueLength)
        : (BigInt(d.sumHi) << 32n) | BigInt(d.sumLo >>> 0);
      const slot = { ...dot, run: stampFrom(d.runHi, d.runLo), sum };
      if (!joinSlot(store, state, slot)) return JoinResult.stale;
      break;
    }
    case DeltaKind.expire:
      if (!joinExpire(state, dot, d.deadlineMs, order)) return JoinResult.stale;
      break;
    case DeltaKind.clear: {
      if (d.has(DeltaFlag.floor)) {
        if (!raiseFloor(state, dot, order)) return JoinResult.stale;
        store.hasCollections = true;
        break;
      }
      const kill = killOf(d, Math.max(d.clearType, EntryType.string));
      if (!joinClear(state, kill, d.records, order)) return JoinResult.stale;
      if (kill.type !== EntryType.string) store.hasCollections = true;
      break;
    }
    case DeltaKind.registers: {
      const set = registersOf(store, d, state, dot);
      if (set === undefined) return JoinResult.want;
      if (!joinRegisters(state, set, order)) return JoinResult.stale;
      break;
    }
    case DeltaKind.patch:
      return joinPatch(store, ks, hash, d, state, dot);
    case DeltaKind.forget:
      return joinForget(store, ks, hash, d, state, dot);
    default:
      return JoinResult.stale;
  }
  ks.save(hash, d.buf, d.keyOffset, d.keyLength, state);
  return JoinResult.joined;
}

/**
 * Whether a delta gives a longer life to a value whose bytes are gone here: only who still has them can say what it is.
 */
function wantsBytes(store: Store, d: BatchReader, state: KeyState): boolean {
  const { value, expiry, kill } = state;
  if (!state.purged || value === undefined) return false;
  const dot = { stamp: d.stamp, origin: d.origin };
  const isStated = d.kind === DeltaKind.put && d.has(DeltaFlag.expiryStated);
  if (d.kind !== DeltaKind.expire && !(isStated && store.compare(dot, value.dot) < 0)) return false;
  if (store.compare(dot, expiry.dot) <= 0) return false;
  if (kill !== undefined && store.compare(dot, kill.dot) <= 0) return false;
  return d.deadlineMs === 0 || d.deadlineMs > store.nowMs;
}

/** The set that a delta makes; undefined where it needs one that is not here. A bad one is taken as empty. */
function registersOf(store: Store, d: BatchReader, state: KeyState, dot: Dot): RegisterSet | undefined {
  if (isPast(state, dot, store.ground.order)) return { ...dot, bytes: noBytes };
  const bytes = d.buf.subarray(d.valueOffset, d.valueOffset + d.valueLength);
  if (d.baseOrigin === 0) return { ...dot, bytes: soundSet(bytes) ?? changedSet(noBytes, noBytes) };
  const known = state.sets.find((set) => set.origin === d.origin);
  if (known !== undefined && known.stamp >= d.stamp) return known;
  const isBase = known !== undefined && known.stamp === stampFrom(d.baseHi, d.baseLo);
  return isBase ? { ...dot, bytes: changedSet(known.bytes, bytes) } : undefined;
}

function joinPatch(
  store: Store,
  ks: Keyspace,
  hash: number,
  d: BatchReader,
  state: KeyState,
  dot: Dot,
): JoinResult {
  const { order } = store.ground;
  const { value } = state;
  if (isPast(state, dot, order)) return JoinResult.stale;
  const base = { stamp: stampFrom(d.baseHi, d.baseLo), origin: d.baseOrigin };
  if (value === undefined || state.purged || store.compare(base, value.dot) !== 0) return JoinResult.want;
  const length = Math.max(value.bytes.length, d.at + d.valueLength);
  const bytes = new Uint8Array(length);
  bytes.set(value.bytes);
  bytes.set(d.buf.subarray(d.valueOffset, d.valueOffset + d.valueLength), d.at);
  joinPut(state, dot, bytes, false, 0, [], order);
  ks.save(hash, d.buf, d.keyOffset, d.keyLength, state);
  return JoinResult.joined;
}

/** Replays a purge, unless the key has been written since. */
function joinForget(
  store: Store,
  ks: Keyspace,
  hash: number,
  d: BatchReader,
  state: KeyState,
  dot: Dot,
): JoinResult {
  if (!isLive(state) || store.compare(greatestDot(state, store.ground.order), dot) > 0)
    return JoinResult.stale;
  store.expiry.retire(ks, hash, d.buf.subarray(d.keyOffset, d.keyOffset + d.keyLength), state);
  return JoinResult.joined;
}

/**
 * Replays that something was left out; or an eviction: the key goes unless it has been written since, and is marked in
 * any case where it was then.
 */
function joinEvict(store: Store, ks: Keyspace, hash: number, d: BatchReader): JoinResult {
  const { entries, unheld } = store;
  if (d.has(UnheldFlag.leftOut)) {
    const dot = { stamp: d.stamp, origin: d.origin };
    unheld.mark(ks, hash, d.buf, d.keyOffset, d.keyLength, unheldIn(d), dot);
    unheld.beginLeftOut(ks, d.buf, d.keyOffset, d.keyLength);
    return JoinResult.joined;
  }
  const at = ks.entryOf(hash, d.buf, d.keyOffset, d.keyLength);
  const isStale = at === 0 || entries.stamp(at) > d.stamp || entries.expiryStamp(at) > d.stamp;
  if (!isStale) store.dropEntry(ks, hash, at);
  if (d.has(UnheldFlag.marked)) {
    const dot = { stamp: d.stamp, origin: d.origin };
    unheld.mark(ks, hash, d.buf, d.keyOffset, d.keyLength, unheldIn(d), dot);
  }
  return isStale ? JoinResult.stale : JoinResult.joined;
}
