// Letting go of what is dead: tombstones that are older than their retention, or more than the graveyard's budget. What
// goes raises the horizon, so that a peer which has not seen it starts over instead of bringing dead things back. That
// every peer has seen a tombstone is no reason to drop it: what one of them wrote before may still be on its way
// (docs/decisions/0004-tombstones.md). Works in slices; knows no peers and no time, only what the caller says.
import { msOfStamp } from '../base/clock.ts';
import type { Dot, KeyState } from './key-state.ts';
import type { Keyspace } from './keyspace.ts';
import { isCollection } from './scan.ts';
import type { Store } from './store.ts';
import type { Table } from './table.ts';

/** What tombstones may take of the memory limit: so much is kept free for them, and beyond it the oldest go. */
const graveyardShare = 0.1;
const samples = 64;
/** Tombstones looked at for a write that found no room. */
const sweptForRoom = 4096;

/** Where a walk through one kind of table, of all keyspaces in turn, stands. */
interface Walk {
  keyspace: number;
  cursor: number;
}

export class Graveyard {
  private readonly store: Store;
  private readonly tombs: Walk = { keyspace: 0, cursor: 0 };
  /** Dead elements rest with the live ones of their collection, whose keys are among all others. */
  private readonly collections: Walk = { keyspace: 0, cursor: 0 };
  /** What went since the last sweep because there was no room for it. */
  private letGoCount = 0;

  constructor(store: Store) {
    this.store = store;
  }

  get budgetBytes(): number {
    return Math.floor(this.store.limitBytes * graveyardShare);
  }

  /**
   * Looks at about `count` tombstones, and where there are collections at as many live keys, and drops what died before
   * `keepSinceMs`, Unix ms. Returns how many went. However many keys live, tombstones are looked at in every sweep.
   */
  sweep(count: number, keepSinceMs: number): number {
    let dropped = this.letGoCount;
    this.letGoCount = 0;
    const { store, tombs, collections } = this;
    dropped += this.walk(
      tombs,
      count,
      (ks) => ks.grave,
      (ks, at) => {
        if (isCollection(store, at)) return this.prune(ks, at, keepSinceMs);
        return this.dropIfOld(ks, at, keepSinceMs) ? 1 : 0;
      },
    );
    if (!store.hasCollections) return dropped;
    const pruned = this.walk(
      collections,
      count,
      (ks) => ks.table,
      (ks, at) => (isCollection(store, at) ? this.prune(ks, at, keepSinceMs) : 0),
    );
    return dropped + pruned;
  }

  /**
   * Makes room where tombstones take more than their share; false where they do not. The next sweep tells what went.
   */
  relieve(): boolean {
    const cutoffMs = this.cutoffMs();
    if (cutoffMs === undefined) return false;
    this.letGoCount = this.sweep(sweptForRoom, cutoffMs);
    return this.letGoCount > 0;
  }

  /**
   * Goes on with a walk for about `count` entries, and no further than once round. Returns what `visit` came to in all.
   */
  private walk(
    at: Walk,
    count: number,
    tableOf: (ks: Keyspace) => Table,
    visit: (ks: Keyspace, entry: number) => number,
  ): number {
    const { keyspaces } = this.store;
    let sum = 0;
    for (let visited = 0, spaces = 0; visited < count && spaces <= keyspaces.length; ) {
      const ks = keyspaces[at.keyspace]!;
      const found: number[] = [];
      at.cursor = tableOf(ks).scan(at.cursor, 64, (entry) => found.push(entry));
      visited += Math.max(1, found.length);
      for (const entry of found) sum += visit(ks, entry);
      if (at.cursor !== 0) continue;
      at.keyspace = (at.keyspace + 1) % keyspaces.length;
      spaces += 1;
    }
    return sum;
  }

  /** These dots are remembered by nothing any more: the next sweep tells of it. */
  letGo(dots: readonly Dot[]): void {
    for (const dot of dots) this.store.horizon.advance(dot.origin, dot.stamp, 0);
    this.letGoCount += 1;
  }

  /**
   * Where the graveyard is over its budget: the time before which about half of what is in it died, so that a sweep
   * with it makes room. Undefined where there is no need.
   */
  cutoffMs(budgetBytes = this.budgetBytes): number | undefined {
    const { store } = this;
    if (store.ground.tombBytes <= budgetBytes) return undefined;
    const stamps = [...store.lists.sampleDead(samples), ...store.streams.sampleDead(samples)];
    for (const ks of store.keyspaces) {
      for (let i = 0; i < samples && ks.grave.size > 0; i++) {
        stamps.push(store.entries.stamp(ks.grave.sample(store.random)));
      }
    }
    stamps.sort((a, b) => a - b);
    return msOfStamp(stamps[Math.floor(stamps.length / 2)] ?? 0);
  }

  /** Drops what is old enough of a collection's dead elements, and of what is remembered of the key. */
  private prune(ks: Keyspace, at: number, keepSinceMs: number): number {
    const { store } = this;
    const collection = store.collectionAt(ks, store.hashOfEntry(at), at);
    return collection.prune((dots) => {
      if (dots.some((d) => msOfStamp(d.stamp) >= keepSinceMs)) return false;
      for (const dot of dots) store.horizon.advance(dot.origin, dot.stamp, 0);
      return true;
    });
  }

  private dropIfOld(ks: Keyspace, at: number, keepSinceMs: number): boolean {
    const { store } = this;
    if (msOfStamp(store.entries.stamp(at)) >= keepSinceMs) return false;
    for (const dot of dotsOf(ks.stateOf(at))) store.horizon.advance(dot.origin, dot.stamp, 0);
    const offset = store.entries.keyOffset(at);
    const key = store.arena.u8.slice(offset, offset + store.entries.keyLength(at));
    ks.dropTomb(store.hash.of(key, 0, key.length), key, 0, key.length);
    return true;
  }
}

/** The dots of all statements in a state. */
export function dotsOf(state: KeyState): Dot[] {
  const dots: Dot[] = [...state.slots, ...state.sets];
  if (state.value !== undefined) dots.push(state.value.dot);
  if (state.expiry.dot.stamp !== 0) dots.push(state.expiry.dot);
  if (state.kill !== undefined) dots.push(state.kill.event);
  dots.push(state.floor);
  for (const r of state.records) dots.push({ origin: r.eventOrigin, stamp: r.eventStamp });
  return dots.filter((d) => d.origin !== 0);
}
