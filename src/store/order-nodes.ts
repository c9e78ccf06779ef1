// The nodes of order indexes (order-index.ts): their layout in the arena, and a small pool of reserved ones, shared by
// all indexes of a store, so that an insert which has begun cannot run out of memory. It knows no order and no entries.
//
//   leaf    word 0   items | level 0 << 16          inner   word 0   items | level << 16
//           word 1   owner: which index it is of            word 1   owner
//           word 2   the leaf before, 0 = none              50 words children
//           word 3   the leaf behind, 0 = none              50 words elements below each child
//           62 words refs of entries                        50 words ref of the first element of each child
//           62 f32   their scores, rounded                  50 f64   its score
//
// Rounding keeps order, so the entries themselves are read only where two rounded scores are equal. The owner lets
// compaction, which knows blocks only, find the index that a node is of.
import type { Arena } from './arena.ts';

export const leafItemsMax = 62;
export const innerItemsMax = 50;
export const leafHeadWords = 4;
export const innerHeadWords = 2;
const leafBytes = (leafHeadWords + leafItemsMax * 2) * 4;
const innerBytes = (innerHeadWords + innerItemsMax * 5) * 4;
/** What one insert may take: a split leaf, or a first one, and a split or new node on each level above. */
const leavesReserved = 2;
const innersReserved = 8;
const ownersMax = 2 ** 31;

/** Rounded score i of a leaf, in words from its first. */
export const roundedAt = leafHeadWords + leafItemsMax;
/** Word of child i of an inner node, from its first word; the counts and the first refs follow at these distances. */
export const countsAt = innerHeadWords + innerItemsMax;
export const firstsAt = innerHeadWords + innerItemsMax * 2;
/** The same for scores, in doubles from the node's first. */
export const scoresAt = (innerHeadWords + innerItemsMax * 3) >> 1;

/** What owns nodes: an index that holds elements. */
export interface NodeOwner {
  readonly owner: number;
  /** Points it to where one of its nodes has been copied; false where `from` is none of its. */
  moveBlock(from: number, to: number): boolean;
}

export class OrderNodes {
  readonly i32: Int32Array;
  readonly f64: Float64Array;
  readonly f32: Float32Array;
  private readonly arena: Arena;
  private readonly leaves: number[] = [];
  private readonly inners: number[] = [];
  /** Indexes that hold elements; the reserve goes with the last. */
  private readonly owners = new Map<number, NodeOwner>();
  private lastOwner = 0;

  constructor(arena: Arena) {
    this.arena = arena;
    this.i32 = arena.i32;
    this.f64 = new Float64Array(arena.buffer);
    this.f32 = new Float32Array(arena.buffer);
  }

  /** Makes sure that the next insert into any index succeeds. False where there is no memory. */
  reserve(reserveBytes: number): boolean {
    // An allocation may free the last index of a flush, and with it what is reserved: so both are looked at until both
    // are full.
    while (this.leaves.length < leavesReserved || this.inners.length < innersReserved) {
      const isLeaf = this.leaves.length < leavesReserved;
      const node = this.arena.alloc(isLeaf ? leafBytes : innerBytes, reserveBytes);
      if (node === 0) return false;
      (isLeaf ? this.leaves : this.inners).push(node);
    }
    return true;
  }

  /** An empty leaf out of the reserve, linked to nothing; 0 where nothing is reserved. */
  takeLeaf(owner: number): number {
    const node = this.leaves.pop() ?? 0;
    const w = node >> 2;
    this.i32[w] = 0;
    this.i32[w + 1] = owner;
    this.i32[w + 2] = 0;
    this.i32[w + 3] = 0;
    return node;
  }

  /** An empty inner node out of the reserve; 0 where nothing is reserved. */
  takeInner(owner: number, level: number): number {
    const node = this.inners.pop() ?? 0;
    const w = node >> 2;
    this.i32[w] = level << 16;
    this.i32[w + 1] = owner;
    return node;
  }

  free(node: number): void {
    this.arena.free(node);
  }

  /** A number for an index, by which its nodes tell whose they are. */
  newOwner(): number {
    this.lastOwner = (this.lastOwner + 1) % ownersMax;
    return this.lastOwner;
  }

  /** An index begins to hold elements. */
  enter(owner: NodeOwner): void {
    this.owners.set(owner.owner, owner);
  }

  /** An index holds none any more. */
  leave(owner: NodeOwner): void {
    this.owners.delete(owner.owner);
    if (this.owners.size > 0) return;
    for (const node of this.leaves) this.arena.free(node);
    for (const node of this.inners) this.arena.free(node);
    this.leaves.length = 0;
    this.inners.length = 0;
  }

  /** Tells whoever has the node at `from` that it has been copied to `to`; false where it is nobody's. */
  moveBlock(from: number, to: number): boolean {
    for (const list of [this.leaves, this.inners]) {
      const i = list.indexOf(from);
      if (i < 0) continue;
      list[i] = to;
      return true;
    }
    return this.owners.get(this.i32[(to >> 2) + 1]!)?.moveBlock(from, to) === true;
  }
}
