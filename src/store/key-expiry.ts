// Keys whose deadline has passed: how one is let go of, when it is asked for or when a sweep of all keyspaces in turn
// comes upon it. Where a peer may know it all but its value stays known, and it never fails for want of memory.
// Deadlines of hash fields are in field-expiry.ts; what time it is the store says.
import { stampHi, stampLo } from '../base/clock.ts';
import { CommandError } from '../base/errors.ts';
import { keyspacesMax } from '../delta/kinds.ts';
import { EntryType } from './entry.ts';
import { dotsOf } from './graveyard.ts';
import { greatestDot, type KeyState, purge } from './key-state.ts';
import type { Keyspace } from './keyspace.ts';
import type { Store } from './store.ts';

/** While tombs take less of the memory than this, purged values are held: a late word may let them live on. */
const heldShareMax = 0.025;

export class KeyExpiry {
  private readonly store: Store;
  /** Where the sweep goes on. */
  private keyspace = 0;

  constructor(store: Store) {
    this.store = store;
  }

  /** Forgets an expired entry; where a peer may know it, all but the value stays known. */
  purge(ks: Keyspace, hash: number, at: number): void {
    const { store } = this;
    const { entries, arena, ground } = store;
    const offset = entries.keyOffset(at);
    const key = arena.u8.slice(offset, offset + entries.keyLength(at));
    const isString = entries.type(at) === EntryType.string;
    const collection = isString ? undefined : store.collectionAt(ks, hash, at);
    const state = collection?.meta() ?? ks.stateOf(at);
    const greatest = collection?.greatest() ?? greatestDot(state, ground.order);
    // Who knows a collection must hear that it is gone: a tomb cannot keep all of its elements' dots.
    if (collection !== undefined && ground.keepsDead) collection.clear();
    else {
      if (collection === undefined) this.retire(ks, hash, key, state);
      else collection.release();
      const { stamp, origin } = greatest;
      store.recorder?.forget(ks.id, key, 0, key.length, origin, stampHi(stamp), stampLo(stamp));
    }
    store.expiredCount += 1;
    store.onExpired?.(store.databaseOf(ks.id), Buffer.from(key));
  }

  /**
   * The same for who only looks for what has expired; false where there is no memory to remember a collection's end.
   */
  private tryPurge(ks: Keyspace, at: number): boolean {
    try {
      this.purge(ks, this.store.hashOfEntry(at), at);
      return true;
    } catch (error) {
      if (!(error instanceof CommandError)) throw error;
      ks.noteDeadline(at);
      return false;
    }
  }

  /** Lets go of an expired value, and of all that was known of the key where no peer may know it. */
  retire(ks: Keyspace, hash: number, key: Uint8Array, state: KeyState): void {
    const { ground, limitBytes, graveyard } = this.store;
    if (!ground.keepsDead) {
      ks.drop(hash, key, 0, key.length);
      return;
    }
    const mayHold = ground.tombBytes < limitBytes * heldShareMax;
    // Letting go must not fail for want of room: then the value is not held, or takes its leave before its tomb is
    // made, or there is no tomb.
    for (const isHeld of mayHold ? [true, false] : [false]) {
      purge(state, isHeld);
      if (ks.trySave(hash, key, 0, key.length, state)) return;
    }
    ks.drop(hash, key, 0, key.length);
    if (ks.trySave(hash, key, 0, key.length, state)) return;
    ks.dropTomb(hash, key, 0, key.length);
    graveyard.letGo(dotsOf(state));
  }

  /**
   * Looks at about `entriesMax` entries, round the keyspaces that can have any that expired. Returns how many it
   * purged.
   */
  slice(entriesMax: number): number {
    const { store } = this;
    if (store.holdsExpired || store.atWork.isAny) return 0;
    let budget = entriesMax;
    let purged = 0;
    for (let turn = 0; turn < keyspacesMax && budget > 0; turn++) {
      const ks = store.keyspaces[this.keyspace]!;
      while (budget > 0 && ks.volatile > 0 && ks.earliestDeadlineMs <= store.nowMs) {
        const expired: number[] = [];
        let visited = 0;
        ks.sweepCursor = ks.table.scan(ks.sweepCursor, 256, (at) => {
          visited += 1;
          if (store.isExpired(at)) expired.push(at);
          else ks.noteDeadline(at);
        });
        for (const at of expired) if (this.tryPurge(ks, at)) purged += 1;
        budget -= Math.max(1, visited);
        if (ks.sweepCursor === 0) ks.finishSweep();
      }
      if (budget > 0) this.keyspace = (this.keyspace + 1) % keyspacesMax;
    }
    return purged;
  }
}
