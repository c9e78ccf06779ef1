// The floor of a collection, as it rises with each element of another type that has lost the key to it. Whatever is at
// or below it dies, and to look for that in all of a large collection for each of many elements would hold up the node
// for minutes; so of the one that was looked through last the least stamp is known, below which there is nothing.
import { BatchReader } from '../delta/batch-reader.ts';
import { BatchWriter } from '../delta/batch-writer.ts';
import { DeltaFlag, DeltaKind } from '../delta/kinds.ts';
import type { Collection } from './collection.ts';
import { type Dot, raiseFloor } from './key-state.ts';
import type { Keyspace } from './keyspace.ts';
import { emitKey } from './scan.ts';
import type { Store } from './store.ts';

export class RaisedFloor {
  private readonly store: Store;
  /** The key that was looked through; undefined: none. */
  private key: Uint8Array | undefined;
  private ks: Keyspace | undefined;
  private hash = 0;
  private leastStamp = 0;

  constructor(store: Store) {
    this.store = store;
  }

  /** Something was joined to the key: it may have any stamp. What this node writes has a later one than all. */
  forget(ks: Keyspace, hash: number): void {
    if (this.hash === hash && this.ks === ks) this.key = undefined;
  }

  /** Raises the floor of the collection of that hash, if it is higher, and removes what is at or below it. */
  raise(ks: Keyspace, hash: number, collection: Collection, floor: Dot): boolean {
    const meta = collection.meta();
    if (!raiseFloor(meta, floor, this.store.ground.order)) return false;
    const { key, offset, length } = collection.keyRange;
    const name = key.subarray(offset, offset + length);
    const isKnown = this.ks === ks && this.key !== undefined && Buffer.compare(this.key, name) === 0;
    if (isKnown && floor.stamp < this.leastStamp) {
      collection.settleWith(meta);
      return true;
    }
    const own = name.slice();
    collection.filter(floor);
    collection.settleWith(meta);
    this.key = own;
    this.ks = ks;
    this.hash = hash;
    this.leastStamp = this.leastOf(ks, own);
    return true;
  }

  /** The least stamp of what is known of a key, but for its floor. */
  private leastOf(ks: Keyspace, key: Uint8Array): number {
    const { store } = this;
    const writer = new BatchWriter(store.origins);
    emitKey(store, writer, ks.id, key);
    const reader = new BatchReader(store.origins);
    reader.open(writer.buf, 0, writer.pos);
    let least = Number.POSITIVE_INFINITY;
    while (reader.next()) {
      const isFloor = reader.kind === DeltaKind.clear && reader.has(DeltaFlag.floor);
      if (!isFloor) least = Math.min(least, reader.leastStamp);
    }
    return least;
  }
}
