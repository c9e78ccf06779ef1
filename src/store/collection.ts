// What the store asks of a key that holds more than a string, whatever its type: the state of the key beside its
// content, and the ways in which content dies as a whole. The types' own files say what an element is.
import { stampHi, stampLo } from '../base/clock.ts';
import { type Dot, joinClear, type KeyState, type Kill } from './key-state.ts';
import type { Keyspace } from './keyspace.ts';
import type { Store } from './store.ts';

/** One collection, stood upon by its entry. */
export interface Collection {
  /** A copy of the key's bytes, or the bytes it was opened with. */
  readonly keyRange: { readonly key: Uint8Array; readonly offset: number; readonly length: number };
  /** The entry; 0 where the key is gone. */
  readonly at: number;
  /** Live elements. */
  readonly size: number;
  /** The greatest dot known of the key, dead elements and meta included. */
  greatest(): Dot;
  /** The key's state but for its content. */
  meta(): KeyState;
  setMeta(state: KeyState): void;
  /** Removes everything by a delta of this node. */
  clear(): void;
  /** Joins a clear: removes what it kills and remembers it. */
  killUpTo(kill: Kill, meta: KeyState): void;
  /** Raises the floor, and removes what is at or below it. Returns whether it rose. */
  raiseTo(floor: Dot): boolean;
  /** Removes what a clear of the whole keyspace kills; nothing is remembered of it. */
  flushTo(dot: Dot): void;
  /** Frees everything, the entry too; nothing is remembered. */
  release(): void;
  /**
   * Forgets what is dead of the elements and of the key, where `mayGo` says so of the dots of each. Returns how many went.
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
  );
  joinClear(meta, { dot, event }, [], store.ground.order);
  collection.killUpTo({ dot, event }, meta);
}
