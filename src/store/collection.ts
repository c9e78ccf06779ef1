// What the store asks of a key that holds more than a string, whatever its type: the state of the key beside its
// content, and the ways in which content dies as a whole. The types' own files say what an element is.
import { stampHi, stampLo } from '../base/clock.ts';
import { raiseCounters } from './elements/element-state.ts';
import {
  type Dot,
  type DotOrder,
  emptyState,
  greatestDot,
  joinClear,
  type KeyState,
  type Kill,
  raiseFloor,
  zeroDot,
} from './key-state.ts';
import type { Keyspace } from './keyspace.ts';
import type { Store } from './store.ts';

/** One collection, stood upon by its entry. */
export interface Collection {
  /** A copy of the key's bytes, or the bytes it was opened with. */
  readonly keyRange: { readonly key: Uint8Array; readonly offset: number; readonly length: number };
  /** The entry; 0 where the key is gone. */
  readonly at: number;
  readonly type: number;
  /** Live elements. */
  readonly size: number;
  /** The greatest dot known of the key, dead elements and meta included. */
  greatest(): Dot;
  /** The key's state but for its content. */
  meta(): KeyState;
  setMeta(state: KeyState): void;
  /** Removes everything by a delta of this node. */
  clear(): void;
  /** Takes the dot of a joined delta into the greatest of the key. */
  witness(dot: Dot): void;
  /**
   * Takes out of the content what is at or below `dot`: by `kill`, or by what leaves none behind and ends counters too.
   */
  filter(dot: Dot, kill?: Kill): void;
  /** Gives the key's meta back to its entry; where nothing lives, the key is buried, or goes altogether. */
  settleWith(meta: KeyState): void;
  /** Frees everything, the entry too; nothing is remembered. */
  release(): void;
  /**
   * Forgets what is dead of the elements and of the key, where `mayGo` says so of the dots of each. Returns how many
   * went.
   */
  prune(mayGo: (dots: readonly Dot[]) => boolean): number;
  /** Buries the key, or lets it go, where nothing in it lives. */
  settle(): void;
  /** Puts copies of all elements, under new dots, over another key: COPY, RENAME, MOVE. */
  shipTo(ks: Keyspace, key: Uint8Array, offset: number, length: number): void;
}

/** Removes everything in a collection of keyspace `id` by one clear of this node. */
export function clearWhole(store: Store, id: number, collection: Collection): void {
  const event = store.nextDot();
  const meta = collection.meta();
  // Without peers everything is at or below the event.
  const dot = store.lww || !store.ground.keepsDead ? event : collection.greatest();
  const { key, offset, length } = collection.keyRange;
  store.recorder?.clear(
    id,
    key,
    offset,
    length,
    event.origin,
    stampHi(event.stamp),
    stampLo(event.stamp),
    dot.origin,
    stampHi(dot.stamp),
    stampLo(dot.stamp),
    collection.type,
  );
  const kill = { dot, event, type: collection.type };
  joinClear(meta, kill, [], store.ground.order);
  killUpTo(collection, kill, meta);
}

/** Removes what a clear kills; `meta` is the key's, the clear joined. */
export function killUpTo(collection: Collection, kill: Kill, meta: KeyState): void {
  collection.witness(kill.dot);
  collection.filter(kill.dot, kill);
  collection.settleWith(meta);
}

/** Raises the floor of a collection, and removes what is at or below it. Returns whether it rose. */
export function raiseTo(collection: Collection, floor: Dot, order: DotOrder): boolean {
  const meta = collection.meta();
  if (!raiseFloor(meta, floor, order)) return false;
  collection.filter(floor);
  collection.settleWith(meta);
  return true;
}

/** Removes what a clear of the whole keyspace kills; nothing is remembered of it. */
export function flushTo(collection: Collection, dot: Dot, order: DotOrder): void {
  const meta = collection.meta();
  if (order(meta.expiry.dot, dot) <= 0) meta.expiry = { deadlineMs: 0, dot: zeroDot };
  if (meta.kill !== undefined && order(meta.kill.dot, dot) <= 0) meta.kill = undefined;
  if (order(meta.floor, dot) <= 0) meta.floor = zeroDot;
  raiseCounters(meta, dot, order);
  collection.filter(dot);
  collection.settleWith(meta);
}

/** The state of the key at `at` but for its content: what is kept `beside` that, and the expiry of its entry. */
export function metaWith(store: Store, at: number, beside: KeyState | undefined): KeyState {
  const { entries } = store;
  const state = { ...(beside ?? emptyState()) };
  state.expiry = entries.hasExpiry(at)
    ? {
        deadlineMs: entries.deadline(at),
        dot: { stamp: entries.expiryStamp(at), origin: entries.expiryOrigin(at) },
      }
    : { deadlineMs: 0, dot: zeroDot };
  return state;
}

/** The greatest dot of the key at `at`, whose state but for its content is `meta`. */
export function greatestWith(store: Store, at: number, meta: KeyState): Dot {
  const { entries, ground } = store;
  const own = { stamp: entries.stamp(at), origin: entries.origin(at) };
  const other = greatestDot(meta, ground.order);
  return ground.order(own, other) > 0 ? own : other;
}

/** Takes the dot of a joined delta into the greatest of the key at `at`. */
export function witnessDot(store: Store, at: number, dot: Dot): void {
  const { entries, ground } = store;
  const own = { stamp: entries.stamp(at), origin: entries.origin(at) };
  if (ground.order(dot, own) > 0) entries.setDot(at, dot.origin, stampHi(dot.stamp), stampLo(dot.stamp));
}

/** The greatest dot at or below which all content of a key is dead; `beside` is what is remembered beside that. */
export function boundOf(beside: KeyState | undefined, order: DotOrder): Dot {
  if (beside === undefined) return zeroDot;
  const killed = beside.kill?.dot ?? zeroDot;
  return order(killed, beside.floor) > 0 ? killed : beside.floor;
}

/** A number of 16 bits from this node's name: nodes number new things at residues of their own, so that two differ. */
export function originResidue(store: Store): number {
  let h = 0x811c9dc5;
  for (const byte of store.origins.bytes(store.self)) h = Math.imul(h ^ byte, 0x01000193);
  return ((h >>> 16) ^ h) & 0xffff;
}
