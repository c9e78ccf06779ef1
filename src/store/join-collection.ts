// Joins of what concerns collections: deltas of elements, deltas of whole keys that hold a collection, and the conflict
// of types. A key belongs to the type with the greatest dot of any delta; what other types said is dead, and the key's
// floor rises to the greatest dot among it, whoever came first. An element is joined as the key of a string is
// (key-state.ts).
import { stampFrom } from '../base/clock.ts';
import { sameBytes } from '../base/runs.ts';
import type { BatchReader } from '../delta/batch-reader.ts';
import { DeltaFlag, DeltaKind, isContent } from '../delta/kinds.ts';
import type { VersionVector } from '../delta/vector.ts';
import { type Collection, flushTo, killUpTo, raiseTo } from './collection.ts';
import { keepKill, takeKill } from './elements/element-state.ts';
import { Encoding, EntryType } from './entry.ts';
import { conflictValueBytesMax, noteStateConflict, noteTypeConflict } from './join-conflicts.ts';
import { JoinResult } from './join-result.ts';
import {
  type CounterSlot,
  claimOf,
  contend,
  type Dot,
  joinClear,
  joinCount,
  joinExpire,
  joinOwnCount,
  joinPut,
  type KeyState,
  type Kill,
} from './key-state.ts';
import type { Keyspace } from './keyspace.ts';
import { joinListElement } from './list/join-list.ts';
import type { Store } from './store.ts';
import { joinStream } from './stream/join-stream.ts';

const untyped = -1;
/** So many records of a batch are looked at for one that says more than that at which its reader stands. */
const aheadMax = 64;
const noBytes = (): Buffer => Buffer.alloc(0);

/** Joins the current record where a collection has to do with it; undefined where it is a matter of strings alone. */
export function joinCollection(
  store: Store,
  ks: Keyspace,
  hash: number,
  d: BatchReader,
  context: VersionVector | undefined,
): JoinResult | undefined {
  const { entries } = store;
  const live = ks.entryOf(hash, d.buf, d.keyOffset, d.keyLength);
  const at = live !== 0 ? live : ks.tombOf(hash, d.buf, d.keyOffset, d.keyLength);
  const type = at === 0 ? EntryType.tomb : entries.type(at);
  const isCollection = type !== EntryType.tomb && type !== EntryType.string;
  const said = typeSaid(d);
  if (said === untyped) return isCollection ? joinKey(store, ks, hash, live, at, d) : undefined;
  if (said === EntryType.string && !isCollection && type !== EntryType.tomb) return undefined;
  if (at !== 0 && said !== type) {
    const lost = settleTypes(store, ks, hash, at, said, d, context);
    if (lost !== undefined) return lost;
  }
  if (d.kind === DeltaKind.clear && d.elementType === 0) {
    return said === type ? joinKey(store, ks, hash, live, at, d) : undefined;
  }
  if (said === EntryType.list) return joinListElement(store.otherLists, ks, hash, d, context);
  if (said === EntryType.stream) return joinStream(store.otherStreams, ks, hash, d);
  return said === EntryType.string ? undefined : joinElement(store, ks, hash, d, context);
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
    case DeltaKind.clear:
      return d.has(DeltaFlag.floor) ? untyped : d.clearType;
    default:
      return untyped;
  }
}

/**
 * The dot with which a delta speaks for its type: the one by which what it says lives or dies where the type is
 * contended. So nothing wins a key by being counted on, rewritten or removed.
 */
function typedDot(d: BatchReader): Dot {
  switch (d.kind) {
    case DeltaKind.count:
      return { stamp: stampFrom(d.runHi, d.runLo), origin: d.origin };
    case DeltaKind.clear:
    case DeltaKind.rewrite:
    case DeltaKind.remove:
      return { stamp: stampFrom(d.baseHi, d.baseLo), origin: d.baseOrigin };
    default:
      return { stamp: d.stamp, origin: d.origin };
  }
}

/** Lets the later of two types have the key; a result where that is not the delta's. */
function settleTypes(
  store: Store,
  ks: Keyspace,
  hash: number,
  at: number,
  said: number,
  d: BatchReader,
  context: VersionVector | undefined,
): JoinResult | undefined {
  const { entries, ground } = store;
  const dot = typedDot(d);
  const type = entries.type(at);
  const isLive = ks.entryOf(hash, d.buf, d.keyOffset, d.keyLength) === at;
  const note = (claim: Dot, value: () => Buffer): void => {
    if (isLive) noteTypeConflict(store, ks, d, { type: said, dot }, { type, dot: claim, value }, context);
  };
  if (type !== EntryType.tomb && type !== EntryType.string) {
    const own = { stamp: entries.stamp(at), origin: entries.origin(at) };
    if (ground.order(dot, own) > 0) {
      note(own, noBytes);
      store.displace(ks, hash, at);
      return undefined;
    }
    if (isSaidAgain(store, d, said, dot, own)) return JoinResult.stale;
    const collection = standLive(store, ks, hash, at);
    const rose = raiseTo(collection, dot, ground.order);
    collection.settle();
    // What is said again raises nothing.
    if (rose) note(own, noBytes);
    return rose ? JoinResult.joined : JoinResult.stale;
  }
  const lost = isLive ? loseInPlace(store, at, dot, note) : undefined;
  if (lost !== undefined) return lost;
  const state = ks.load(hash, d.buf, d.keyOffset, d.keyLength);
  const { floor } = state;
  const claim = claimOf(state, ground.order);
  const wins = contend(state, said, dot, ground.order);
  if (state.floor !== floor && claim !== undefined) note(claim.dot, () => store.strings.copy(at));
  if (state.floor !== floor) ks.save(hash, d.buf, d.keyOffset, d.keyLength, state);
  if (wins) return undefined;
  return state.floor !== floor ? JoinResult.joined : JoinResult.stale;
}

/**
 * Whether one of the next records of the batch says all that this one does, which has lost its key to a collection with
 * the dot `own`, and lose it too: a floor of `dot` or above is all that comes of either, and to raise it is a walk
 * through the collection.
 */
function isSaidAgain(store: Store, d: BatchReader, said: number, dot: Dot, own: Dot): boolean {
  const { order } = store.ground;
  const ahead = d.ahead();
  for (let i = 0; i < aheadMax && ahead.next() && isOfKeys(ahead.kind); i++) {
    if (!isSameKey(ahead, d)) continue;
    if (typeSaid(ahead) !== said) return false;
    // Of the same kind and origin: the conflict that is noted is the same one.
    if (ahead.kind !== d.kind || ahead.origin !== d.origin || ahead.stamp < d.stamp) continue;
    const next = typedDot(ahead);
    if (order(next, dot) < 0 || order(next, own) > 0) continue;
    if (store.clock.believes(ahead.greatestStamp)) return true;
  }
  return false;
}

/** Whether a kind speaks of the content of one key. */
function isOfKeys(kind: number): boolean {
  return isContent(kind) && kind !== DeltaKind.clearDb && kind !== DeltaKind.mapDb;
}

function isSameKey(a: BatchReader, b: BatchReader): boolean {
  if (a.db !== b.db || a.keyLength !== b.keyLength) return false;
  return a.keyOffset === b.keyOffset || sameBytes(a.buf, a.keyOffset, b.buf, b.keyOffset, a.keyLength);
}

/**
 * Where a string that has a floor has the later dot: raises that where it is. The string may be long, and of the type
 * that has lost the key there may be many elements. Undefined where there is more to it.
 */
function loseInPlace(
  store: Store,
  at: number,
  dot: Dot,
  note: (claim: Dot, value: () => Buffer) => void,
): JoinResult | undefined {
  const { entries, arena, codec, ground } = store;
  if (entries.encoding(at) !== Encoding.state) return undefined;
  const { view, u8 } = arena;
  const offset = entries.valueOffset(at);
  const floor = codec.loneFloor(view, offset, (expiry) => ground.order(expiry, dot) > 0);
  const claim = codec.valueDot(view, offset);
  if (floor === 0 || ground.order(dot, claim) > 0) return undefined;
  if (ground.order(dot, codec.dotAt(view, floor)) <= 0) return JoinResult.stale;
  codec.setDot(view, floor, dot);
  note(claim, () => codec.valueHead(view, u8, offset, conflictValueBytesMax));
  return JoinResult.joined;
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
  } else if (d.has(DeltaFlag.floor)) changed = raiseTo(collection, dot, order);
  else {
    const kill = killOf(d, collection.type);
    changed = joinClear(meta, kill, d.records, order);
    if (changed) killUpTo(collection, kill, meta);
  }
  collection.settle();
  return changed ? JoinResult.joined : JoinResult.stale;
}

/** A delta of one element of a key that is of its type, or of no type yet. */
function joinElement(
  store: Store,
  ks: Keyspace,
  hash: number,
  d: BatchReader,
  context: VersionVector | undefined,
): JoinResult {
  const elements = store.others;
  const { order } = store.ground;
  elements.openForJoin(ks, hash, d.buf, d.keyOffset, d.keyLength, d.elementType);
  try {
    const { kill, floor } = elements.keyState();
    const dot = { stamp: d.stamp, origin: d.origin };
    const isDead = order(typedDot(d), floor) <= 0;
    const canBeCleared = d.kind === DeltaKind.put || d.kind === DeltaKind.expire;
    const isCleared = canBeCleared && kill !== undefined && order(dot, kill.dot) <= 0;
    if (isDead || (isCleared && d.records.length === 0)) return JoinResult.stale;
    const state = elements.stateOfElement(d.buf, d.elementOffset, d.elementLength);
    // A cleared put is dead, but what it saw of counters holds.
    if (isCleared) keepKill(state, kill, order);
    else if (d.kind === DeltaKind.put) noteStateConflict(store, ks, d, state, context);
    if (!joinState(store, d, state, dot)) return JoinResult.stale;
    if (kill !== undefined) takeKill(state, kill, order);
    elements.saveElement(d.buf, d.elementOffset, d.elementLength, state);
    elements.witness(typedDot(d));
    return JoinResult.joined;
  } finally {
    elements.settle();
  }
}

function joinState(store: Store, d: BatchReader, state: KeyState, dot: Dot): boolean {
  const { order } = store.ground;
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
      return joinSlot(store, state, { ...dot, run: stampFrom(d.runHi, d.runLo), sum });
    }
    case DeltaKind.clear:
      return joinClear(state, killOf(d, EntryType.string), d.records, order);
    default:
      return joinExpire(state, dot, d.deadlineMs, order);
  }
}

/** Joins a counter slot of whatever origin. Returns whether anything changed. */
export function joinSlot(store: Store, state: KeyState, slot: CounterSlot): boolean {
  const { order } = store.ground;
  if (slot.origin === store.self) return joinOwnCount(state, slot, store.markStarts, order);
  return joinCount(state, slot, order);
}

/** The kill that a clear states, of a key of that type. */
export function killOf(d: BatchReader, type: number): Kill {
  const dot = { stamp: stampFrom(d.baseHi, d.baseLo), origin: d.baseOrigin };
  return { dot, event: { stamp: d.stamp, origin: d.origin }, type };
}

/** What a clear of the whole keyspace kills in a collection. */
export function killCollection(store: Store, ks: Keyspace, hash: number, at: number, dot: Dot): void {
  const collection = standLive(store, ks, hash, at);
  flushTo(collection, dot, store.ground.order);
  collection.settle();
}
