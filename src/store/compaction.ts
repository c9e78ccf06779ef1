// Compaction: moves what lives in the sparsest slab of a size class into the class's other slabs, so that its memory can
// serve another class. It runs when an allocation has failed while blocks are free elsewhere, one slab a slice. It
// knows that a block is an entry, found again through its key, a segment of a table, a node of an order index, or one of a
// large list's or a stream's.

import type { Keyspace } from './keyspace.ts';
import type { Store } from './store.ts';

/** Slabs fuller than this stay. */
const fillMax = 0.7;

/** Empties one slab if any is worth it. Returns whether there may be more. */
export function compactSlab(store: Store): boolean {
  const { arena } = store;
  const slab = arena.sparsestSlab(fillMax);
  if (slab === undefined) return false;
  const free = arena.freeBlocks(slab.firstOffset);
  const spaces = [...store.keyspaces, ...[...store.nests.all()].map((nest) => nest.elements)];
  let moved = true;
  for (let at = slab.firstOffset; at < slab.endOffset && moved; at += slab.blockBytes) {
    if (!free.has(at)) moved = moveBlock(store, spaces, at, slab.blockBytes);
  }
  arena.undoCompaction(slab.firstOffset);
  return moved;
}

function moveBlock(store: Store, spaces: readonly Keyspace[], from: number, bytes: number): boolean {
  const { arena } = store;
  const to = arena.alloc(bytes);
  if (to === 0) return false;
  arena.u8.copyWithin(to, from, from + bytes);
  const isKnown =
    spaces.some((ks) => ks.table.moveSegment(from, to) || ks.grave.moveSegment(from, to)) ||
    store.unheld.moveSegment(from, to) ||
    store.ground.orderNodes.moveBlock(from, to) ||
    store.lists.moveBlock(from, to) ||
    store.streams.moveBlock(from, to) ||
    spaces.some((ks) => ks.moveBlock(from, to)) ||
    store.unheld.moveMark(from, to);
  arena.free(isKnown ? from : to);
  return isKnown;
}
