// Joins of what concerns collections: deltas of elements, deltas of whole keys that hold a collection, and the conflict of
// types. A key belongs to the type with the greatest dot of any delta; what other types said is dead, and the key's floor
// rises to the greatest dot among it, whoever came first. An element is joined as the key of a string is (key-state.ts).
import { stampFrom } from '../base/clock.ts';
import type { BatchReader } from '../delta/batch-reader.ts';
import { DeltaFlag, DeltaKind } from '../delta/kinds.ts';
import type { Collection } from './collection.ts';
import { takeKill } from './elements.ts';
import { EntryType } from './entry.ts';
import { JoinResult } from './join-result.ts';
import {
  type Dot,
  joinClear,
  joinCount,
  joinExpire,
  joinPut,
  type KeyState,
  raiseFloor,
  zeroDot,
} from './key-state.ts';
import type { Keyspace } from './keyspace.ts';
import { joinListElement } from './list/join-list.ts';
import type { Store } from './store.ts';
import { joinStream } from './stream/join-stream.ts';

const untyped = -1;

/** Joins the current record where a collection has to do with it; undefined where it is a matter of strings alone. */
export function joinCollection(
  store: Store,
  ks: Keyspace,
  hash: number,
  d: BatchReader,
): JoinResult | undefined {
  const { entries } = store;
  const live = ks.entryOf(hash, d.buf, d.keyOffset, d.keyLength);
  const at = live !== 0 ? live : ks.tombOf(hash, d.buf, d.keyOffset, d.keyLength);
  const type = at === 0 ? EntryType.tomb : entries.type(at);
  const isCollection = type !== EntryType.tomb && type !== EntryType.string;
  const said = typeSaid(d);
  if (said === untyped) return isCollection ? joinKey(store, ks, hash, live, at, d) : undefined;
  if (said === EntryType.string && !isCollection) return undefined;
  if (at !== 0 && said !== type) {
    const lost = settleTypes(store, ks, hash, at, d);
    if (lost !== undefined) return lost;
  }
  if (said === EntryType.list) return joinListElement(store.otherLists, ks, hash, d);
  if (said === EntryType.stream) return joinStream(store.otherStreams, ks, hash, d);
  return said === EntryType.string ? undefined : joinElement(store, ks, hash, d);
}

/** The type that a delta speaks for. */
function typeSaid(d: BatchReader): number {
  if (d.elementType !== 0) return d.elementType;
  switch (d.kind) {
    case DeltaKind.put:
    case DeltaKind.count:
    case DeltaKind.patch:
    case DeltaKind.registers:
      return EntryType.string;
    case DeltaKind.insert:
    case DeltaKind.rewrite:
    case DeltaKind.remove:
      return EntryType.list;
    case DeltaKind.entry:
    case DeltaKind.extent:
      return EntryType.stream;
    default:
      return untyped;
  }
}

/**
 * The dot with which a delta speaks for its type. A removal says nothing that could win the key: what it removes has said
 * it.
 */
function typedDot(d: BatchReader): Dot {
  const isRemoval = d.kind === DeltaKind.clear || d.kind === DeltaKind.remove;
  if (isRemoval) return { stamp: stampFrom(d.baseHi, d.baseLo), origin: d.baseOrigin };
  return { stamp: d.stamp, origin: d.origin };
}

/** Lets the later of two types have the key; a result where that is not the delta's. */
function settleTypes(
  store: Store,
  ks: Keyspace,
  hash: number,
  at: number,
  d: BatchReader,
): JoinResult | undefined {
  const { entries, ground } = store;
  const dot = typedDot(d);
  const type = entries.type(at);
  if (type !== EntryType.tomb && type !== EntryType.string) {
    const own = { stamp: entries.stamp(at), origin: entries.origin(at) };
    if (ground.order(dot, own) > 0) {
      store.displace(ks, hash, at);
      return undefined;
    }
    const collection = standLive(store, ks, hash, at);
    const rose = collection.raiseTo(dot);
    collection.settle();
    return rose ? JoinResult.joined : JoinResult.stale;
  }
  const state = ks.load(hash, d.buf, d.keyOffset, d.keyLength);
  const own = contentDot(state, ground.order);
  if (own === zeroDot) return undefined;
  const wins = ground.order(dot, own) > 0;
  if (!raiseFloor(state, wins ? own : dot, ground.order)) return JoinResult.stale;
  ks.save(hash, d.buf, d.keyOffset, d.keyLength, state);
  return wins ? undefined : JoinResult.joined;
}

/** The greatest dot of what a string's key holds or held when it was purged. */
function contentDot(state: KeyState, order: (a: Dot, b: Dot) => number): Dot {
  let greatest = state.value?.dot ?? zeroDot;
  for (const dot of [...state.slots, ...state.sets]) if (order(dot, greatest) > 0) greatest = dot;
  return greatest;
}

/** Stands on a collection whose entry may be a tomb: that is brought back, and `settle` buries it again. */
function standLive(store: Store, ks: Keyspace, hash: number, at: number): Collection {
  const { entries, arena } = store;
  const offset = entries.keyOffset(at);
  const isLive = ks.entryOf(hash, arena.u8, offset, entries.keyLength(at)) === at;
  return store.collectionAt(ks, hash, isLive ? at : ks.exhume(hash, at));
}

/** A delta of the key as a whole. */
function joinKey(
  store: Store,
  ks: Keyspace,
  hash: number,
  live: number,
  at: number,
  d: BatchReader,
): JoinResult {
  const { order } = store.ground;
  const dot = { stamp: d.stamp, origin: d.origin };
  if (d.kind === DeltaKind.forget && live === 0) return JoinResult.stale;
  const collection = standLive(store, ks, hash, at);
  const meta = collection.meta();
  let changed = false;
  if (d.kind === DeltaKind.expire) {
    changed = joinExpire(meta, dot, d.deadlineMs, order);
    if (changed) collection.setMeta(meta);
  } else if (d.kind === DeltaKind.forget) {
    changed = order(collection.greatest(), dot) <= 0;
    if (changed) collection.release();
  } else if (d.has(DeltaFlag.floor)) changed = collection.raiseTo(dot);
  else {
    const kill = { dot: { stamp: stampFrom(d.baseHi, d.baseLo), origin: d.baseOrigin }, event: dot };
    changed = joinClear(meta, kill, d.records, order);
    if (changed) collection.killUpTo(kill, meta);
  }
  collection.settle();
  return changed ? JoinResult.joined : JoinResult.stale;
}

/** A delta of one element of a key that is of its type, or of no type yet. */
function joinElement(store: Store, ks: Keyspace, hash: number, d: BatchReader): JoinResult {
  const elements = store.others;
  const { order } = store.ground;
  elements.openForJoin(ks, hash, d.buf, d.keyOffset, d.keyLength, d.elementType);
  try {
    const { kill, floor } = elements.keyState();
    const dot = { stamp: d.stamp, origin: d.origin };
    const run = d.kind === DeltaKind.count ? { stamp: stampFrom(d.runHi, d.runLo), origin: d.origin } : dot;
    const isDead = d.kind !== DeltaKind.clear && order(run, floor) <= 0;
    const canBeCleared = d.kind === DeltaKind.put || d.kind === DeltaKind.expire;
    const isCleared = canBeCleared && kill !== undefined && order(dot, kill.dot) <= 0;
    if (isDead || (isCleared && d.records.length === 0)) return JoinResult.stale;
    const state = elements.stateOfElement(d.buf, d.elementOffset, d.elementLength);
    // A cleared put is dead, but what it saw of counters holds.
    if (isCleared && (state.kill === undefined || order(state.kill.dot, kill.dot) < 0)) state.kill = kill;
    if (!joinState(d, state, dot, order)) return JoinResult.stale;
    if (kill !== undefined) takeKill(state, kill, order);
    elements.saveElement(d.buf, d.elementOffset, d.elementLength, state);
    elements.witness(typedDot(d));
    return JoinResult.joined;
  } finally {
    elements.settle();
  }
}

function joinState(d: BatchReader, state: KeyState, dot: Dot, order: (a: Dot, b: Dot) => number): boolean {
  switch (d.kind) {
    case DeltaKind.put: {
      const bytes = d.buf.subarray(d.valueOffset, d.valueOffset + d.valueLength);
      const stated = d.has(DeltaFlag.expiryStated);
      return joinPut(state, dot, bytes, stated, d.deadlineMs, d.records, order);
    }
    case DeltaKind.count: {
      const sum = d.has(DeltaFlag.decimal)
        ? d.buf.toString('latin1', d.valueOffset, d.valueOffset + d.valueLength)
        : (BigInt(d.sumHi) << 32n) | BigInt(d.sumLo >>> 0);
      return joinCount(state, { ...dot, run: stampFrom(d.runHi, d.runLo), sum }, order);
    }
    case DeltaKind.clear: {
      const kill = { dot: { stamp: stampFrom(d.baseHi, d.baseLo), origin: d.baseOrigin }, event: dot };
      return joinClear(state, kill, d.records, order);
    }
    default:
      return joinExpire(state, dot, d.deadlineMs, order);
  }
}

/** What a clear of the whole keyspace kills in a collection. */
export function killCollection(store: Store, ks: Keyspace, hash: number, at: number, dot: Dot): void {
  const collection = standLive(store, ks, hash, at);
  collection.flushTo(dot);
  collection.settle();
}
