// Compaction: moves what lives in the sparsest slab of a size class into the class's other slabs, so that its memory can
// serve another class. It runs when an allocation has failed while blocks are free elsewhere, one slab a slice. It
// knows that a block is either an entry, found again through its key, or a segment of a table.
import type { Store } from './store.ts';
import type { Table } from './table.ts';

/** Slabs fuller than this stay. */
const fillMax = 0.7;

/** Empties one slab if any is worth it. Returns whether there may be more. */
export function compactSlab(store: Store): boolean {
  const { arena } = store;
  const slab = arena.sparsestSlab(fillMax);
  if (slab === undefined) return false;
  const free = arena.freeBlocks(slab.firstOffset);
  const spaces = [...store.keyspaces, ...[...store.nests.all()].map((nest) => nest.elements)];
  const tables = spaces.flatMap((ks) => [ks.table, ks.grave]).filter((table) => table.size > 0);
  let moved = true;
  for (let at = slab.firstOffset; at < slab.endOffset && moved; at += slab.blockBytes) {
    if (!free.has(at)) moved = moveBlock(store, tables, at, slab.blockBytes);
  }
  arena.undoCompaction(slab.firstOffset);
  return moved;
}

function moveBlock(store: Store, tables: readonly Table[], from: number, bytes: number): boolean {
  const { arena } = store;
  const to = arena.alloc(bytes);
  if (to === 0) return false;
  arena.u8.copyWithin(to, from, from + bytes);
  for (const table of tables) {
    if (table.moveSegment(from, to)) {
      arena.free(from);
      return true;
    }
  }
  for (const table of tables) {
    const slot = table.slotOfEntry(from);
    if (slot === 0) continue;
    table.moveEntry(slot, to);
    arena.free(from);
    return true;
  }
  arena.free(to);
  return false;
}
