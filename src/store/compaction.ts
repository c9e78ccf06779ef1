// Compaction: moves what lives in the sparsest slab of a size class into the class's other slabs, so that its memory
// can serve another class. It runs when an allocation has failed while blocks are free elsewhere, one slab a step.
// Where a large block found room, but not in one piece, slabs move down from the top until there is such a piece.
// Whose a block is, it finds by what is in it, so that a step costs the same however many collections there are: an
// entry is found again through its key, and through the number of its nest where it is an element; a segment of a table
// through any entry that it holds; a node of an order index by its owner. Blocks of lists and streams say nothing: who
// has any in the slab is asked once a slab, if there is need. Bytes that only look like one of these are found out, as
// the owner knows its blocks.
import type { SparseSlab } from './arena.ts';
import type { Keyspace } from './keyspace.ts';
import type { OrderIndex } from './order-index.ts';
import type { Store } from './store.ts';
import { segmentEntry, type Table } from './table.ts';

/** Slabs fuller than this stay. */
const fillMax = 0.7;

/** Empties one slab if any is worth it. Returns whether there may be more. */
export function compactSlab(store: Store): boolean {
  const { arena } = store;
  const sparse = arena.sparsestSlab(fillMax);
  if (sparse !== undefined) return empty(store, sparse, (block) => arena.free(block));
  const scattered = arena.scatteredSlab();
  if (scattered === undefined) return false;
  // What is freed in a slab that was full is handed out again.
  const left: number[] = [];
  const moved = empty(store, scattered, (block) => left.push(block));
  for (const block of left) arena.free(block);
  return moved;
}

/** Moves what lives in a slab; `leave` is called with each block that has moved. Returns whether all have. */
function empty(store: Store, slab: SparseSlab, leave: (block: number) => void): boolean {
  const { arena } = store;
  const { firstOffset, endOffset, blockBytes } = slab;
  const free = arena.freeBlocks(firstOffset);
  const owners = new Owners(store, firstOffset, endOffset, blockBytes);
  let moved = true;
  for (let at = firstOffset; at < endOffset && moved; at += blockBytes) {
    if (free.has(at)) continue;
    const to = arena.alloc(blockBytes);
    moved = to !== 0;
    if (!moved) break;
    arena.u8.copyWithin(to, at, at + blockBytes);
    moved = owners.tell(at, to);
    if (moved) leave(at);
    else arena.free(to);
  }
  arena.undoCompaction(firstOffset);
  return moved;
}

/** Who may have blocks in one slab. */
class Owners {
  private readonly store: Store;
  private readonly firstOffset: number;
  private readonly endOffset: number;
  private readonly blockBytes: number;
  /** Tables of keys, which their entries do not name. */
  private readonly tables: readonly Table[];
  private listOf: Map<number, number> | undefined;
  private streamOf: Map<number, number> | undefined;

  constructor(store: Store, firstOffset: number, endOffset: number, blockBytes: number) {
    this.store = store;
    this.firstOffset = firstOffset;
    this.endOffset = endOffset;
    this.blockBytes = blockBytes;
    const spaces = [...store.keyspaces, ...store.nests.staged()];
    this.tables = [...tablesOf(spaces), ...store.unheld.markTables()].filter((table) => table.size > 0);
  }

  /**
   * Tells the owner of the block at `from`, which is still readable, that it has been copied to `to`; false: it has
   * none.
   */
  tell(from: number, to: number): boolean {
    return (
      this.tellTable(from, to) ||
      this.tellSegment(from, to) ||
      this.store.ground.orderNodes.moveBlock(from, to) ||
      this.tellOuter(from, to)
    );
  }

  private tellTable(from: number, to: number): boolean {
    const found = this.holderOf(from);
    if (found === undefined) return false;
    const { table, hash, order } = found;
    table.moveEntry(table.slotOf(hash, from), to);
    order?.replace(from, to);
    return true;
  }

  private tellSegment(from: number, to: number): boolean {
    const entry = segmentEntry(this.store.arena, from, this.blockBytes);
    if (entry === undefined) return false;
    if (entry > 0) {
      const found = this.holderOf(entry);
      return found?.table.moveSegment(found.hash, from, to) === true;
    }
    // Nothing in it says whose it is: such a segment is one that an insert found no memory for, or that waits for what
    // comes.
    const { store } = this;
    const spaces = [...store.keyspaces, ...[...store.nests.all()].map((nest) => nest.elements)];
    const tables = [...tablesOf(spaces), ...store.unheld.markTables()];
    return tables.some((table) => table.moveEmptySegment(from, to));
  }

  /** The table that has exactly this entry, and the order that has it too; undefined where it is none. */
  private holderOf(entry: number): { table: Table; hash: number; order: OrderIndex | undefined } | undefined {
    const { arena, entries, hash: keyHash, nests } = this.store;
    if (!entries.isSound(entry, arena.capacity(entry))) return undefined;
    const hash = keyHash.of(arena.u8, entries.keyOffset(entry), entries.keyLength(entry));
    const nest = nests.find(entries.access(entry));
    if (nest !== undefined) {
      const { table, grave, order } = nest.elements;
      if (table.slotOf(hash, entry) !== 0) return { table, hash, order };
      if (grave.slotOf(hash, entry) !== 0) return { table: grave, hash, order: undefined };
    }
    const table = this.tables.find((of) => of.slotOf(hash, entry) !== 0);
    return table && { table, hash, order: undefined };
  }

  private tellOuter(from: number, to: number): boolean {
    const { lists, streams } = this.store;
    this.listOf ??= this.inSlab((note) => lists.eachBlock(note));
    const list = this.listOf.get(from);
    if (list !== undefined) return lists.moveBlock(list, from, to);
    this.streamOf ??= this.inSlab((note) => streams.eachBlock(note));
    const stream = this.streamOf.get(from);
    return stream !== undefined && streams.moveBlock(stream, from, to);
  }

  /** The numbers of those that have blocks in the slab, by block. */
  private inSlab(each: (note: (block: number, number: number) => void) => void): Map<number, number> {
    const { firstOffset, endOffset } = this;
    const numbers = new Map<number, number>();
    each((block, number) => {
      if (block >= firstOffset && block < endOffset) numbers.set(block, number);
    });
    return numbers;
  }
}

function tablesOf(spaces: Iterable<Keyspace>): Table[] {
  return [...spaces].flatMap(({ table, grave }) => [table, grave]);
}
