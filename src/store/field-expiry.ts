// The purge of fields whose deadlines have passed: goes round the hashes of the keyspaces that may have any, in slices,
// the large ones again in slices of their own. Commands that write purge small hashes themselves, and all that read
// look past what has expired, so that this only gives back memory and tells who listens. It knows no time but the
// store's.
import { keyspacesMax } from '../delta/kinds.ts';
import { EntryType } from './entry.ts';
import type { Keyspace } from './keyspace.ts';
import type { Store } from './store.ts';

const sliceEntries = 256;

interface LargeHash {
  readonly ks: Keyspace;
  readonly key: Uint8Array;
}

export class FieldExpiry {
  private readonly store: Store;
  private keyspace = 0;
  /** Large hashes come upon in the last slice that have something to purge. */
  private readonly large: LargeHash[] = [];

  constructor(store: Store) {
    this.store = store;
  }

  /** Looks at about `entriesMax` hashes and fields. Returns whether there is more to look at now. */
  slice(entriesMax: number): boolean {
    const { store } = this;
    if (store.holdsExpired || store.atWork.isAny) return false;
    for (let budget = entriesMax, idle = 0; idle < keyspacesMax; ) {
      if (budget <= 0) return true;
      const large = this.large[0];
      if (large !== undefined) {
        if (!this.purgeLarge(large)) this.large.shift();
        budget -= sliceEntries;
        continue;
      }
      const ks = store.keyspaces[this.keyspace]!;
      if (ks.earliestFieldMs <= store.nowMs) {
        budget -= this.sweep(ks);
        if (ks.fieldCursor !== 0) continue;
        idle = 0;
      } else idle += 1;
      if (this.large.length === 0) this.keyspace = (this.keyspace + 1) % keyspacesMax;
    }
    return false;
  }

  /** Looks at a part of the keys of a keyspace. Returns how many it has seen. */
  private sweep(ks: Keyspace): number {
    const { store } = this;
    const { entries } = store;
    const hashes: number[] = [];
    let visited = 1;
    if (ks.fieldCursor === 0) ks.beginFieldSweep();
    ks.fieldCursor = ks.table.scan(ks.fieldCursor, sliceEntries, (at) => {
      visited += 1;
      if (entries.type(at) === EntryType.hash) hashes.push(at);
    });
    for (const at of hashes) this.visit(ks, at);
    if (ks.fieldCursor === 0) ks.finishFieldSweep();
    return visited;
  }

  private visit(ks: Keyspace, at: number): void {
    const { others, entries, arena, nowMs } = this.store;
    const nest = others.nestAt(at);
    const offset = entries.keyOffset(at);
    if (nest === undefined) {
      if (!others.hasDeadlinesAt(at)) return;
      const key = arena.u8.slice(offset, offset + entries.keyLength(at));
      others.stand(ks, this.store.hash.of(key, 0, key.length), at, key, 0, key.length, EntryType.hash);
      others.purgePacked();
      return;
    }
    const { volatile, earliestDeadlineMs } = nest.elements;
    if (volatile === 0) return;
    if (earliestDeadlineMs > nowMs) ks.noteField(earliestDeadlineMs);
    else this.large.push({ ks, key: arena.u8.slice(offset, offset + entries.keyLength(at)) });
  }

  /** Purges a part of a large hash. Returns whether there is more. */
  private purgeLarge({ ks, key }: LargeHash): boolean {
    const { others, entries, hash: hashes } = this.store;
    const hash = hashes.of(key, 0, key.length);
    const at = ks.entryOf(hash, key, 0, key.length);
    if (at === 0 || entries.type(at) !== EntryType.hash) return false;
    others.stand(ks, hash, at, key, 0, key.length, EntryType.hash);
    const { nest } = others;
    return nest !== undefined && others.purgeSlice(nest, sliceEntries);
  }
}
