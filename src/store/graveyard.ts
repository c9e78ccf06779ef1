// Letting go of what is dead: tombstones that are older than their retention, or more than the graveyard's budget. What
// goes raises the horizon, so that a peer which has not seen it starts over instead of bringing dead things back. That
// every peer has seen a tombstone is no reason to drop it: what one of them wrote before may still be on its way
// (docs/decisions/0004-tombstones.md). Works in slices; knows no peers and no time, only what the caller says.
import { msOfStamp } from '../base/clock.ts';
import type { Dot, KeyState } from './key-state.ts';
import type { Keyspace } from './keyspace.ts';
import { isCollection } from './scan.ts';
import type { Store } from './store.ts';

const samples = 64;

export class Graveyard {
  private readonly store: Store;
  private keyspace = 0;
  private cursor = 0;
  private inTable = false;
  /** What went since the last sweep because there was no room for it. */
  private letGoCount = 0;

  constructor(store: Store) {
    this.store = store;
  }

  /** Looks at about `tombs` tombstones and drops those that died before `keepSinceMs`, Unix ms. Returns how many went. */
  sweep(tombs: number, keepSinceMs: number): number {
    const { store } = this;
    let dropped = this.letGoCount;
    this.letGoCount = 0;
    for (let visited = 0, spaces = 0; visited < tombs && spaces <= store.keyspaces.length; ) {
      const ks = store.keyspaces[this.keyspace]!;
      const found: number[] = [];
      const table = this.inTable ? ks.table : ks.grave;
      this.cursor = table.scan(this.cursor, 64, (at) => found.push(at));
      visited += Math.max(1, found.length);
      for (const at of found) {
        if (isCollection(store, at)) dropped += this.prune(ks, at, keepSinceMs);
        else if (!this.inTable && this.dropIfOld(ks, at, keepSinceMs)) dropped += 1;
      }
      if (this.cursor !== 0) continue;
      // Dead elements rest with the live ones of their collection.
      this.inTable = !this.inTable && store.hasCollections;
      if (this.inTable) continue;
      this.keyspace = (this.keyspace + 1) % store.keyspaces.length;
      spaces += 1;
    }
    return dropped;
  }

  /** These dots are remembered by nothing any more: the next sweep tells of it. */
  letGo(dots: readonly Dot[]): void {
    for (const dot of dots) this.store.horizon.advance(dot.origin, dot.stamp, 0);
    this.letGoCount += 1;
  }

  /**
   * Where the graveyard is over its budget: the time before which about half of what is in it died, so that a sweep with
   * it makes room. Undefined where there is no need.
   */
  cutoffMs(budgetBytes: number): number | undefined {
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
