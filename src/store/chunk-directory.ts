// The directory of a sequence of chunks: which blocks there are, in their order, and how many elements each has. It is
// a run of words in the arena with free room at both ends, so that chunks come and go at either end without moving the
// rest. It knows nothing of what is in a chunk.
//
//   [free room] { chunk offset u32, elements u32 } ... [free room]
import { CommandError } from '../base/errors.ts';
import { outOfMemory } from '../resp/errors.ts';
import type { Ground } from './keyspace.ts';

const entriesMin = 2;
/** Words of a directory's description: see `load`. */
export const directoryWords = 5;

export type ChunkGround = Pick<Ground, 'arena' | 'reserveBytes' | 'starved' | 'tombBytes'>;

export class ChunkDirectory {
  /** Elements of all chunks. */
  count = 0;
  /** Chunks. */
  size = 0;
  private readonly ground: ChunkGround;
  private readonly isGrave: boolean;
  private readonly i32: Int32Array;
  private block = 0;
  private capacity = 0;
  /** Index of the first entry in use. */
  private head = 0;

  /** `isGrave`: what is entered here is remembered of deletes, for which memory is kept free. */
  constructor(ground: ChunkGround, isGrave: boolean) {
    this.ground = ground;
    this.isGrave = isGrave;
    this.i32 = ground.arena.i32;
  }

  /** Becomes the directory that the words from `w` on describe; all zero = an empty one. */
  load(w: number): void {
    const { i32 } = this;
    this.block = i32[w]!;
    this.capacity = i32[w + 1]!;
    this.head = i32[w + 2]!;
    this.size = i32[w + 3]!;
    this.count = i32[w + 4]!;
  }

  save(w: number): void {
    const { i32 } = this;
    i32[w] = this.block;
    i32[w + 1] = this.capacity;
    i32[w + 2] = this.head;
    i32[w + 3] = this.size;
    i32[w + 4] = this.count;
  }

  chunkAt(ordinal: number): number {
    return this.i32[(this.block >> 2) + 2 * (this.head + ordinal)]!;
  }

  countAt(ordinal: number): number {
    return this.i32[(this.block >> 2) + 2 * (this.head + ordinal) + 1]!;
  }

  addCount(ordinal: number, n: number): void {
    const w = (this.block >> 2) + 2 * (this.head + ordinal) + 1;
    this.i32[w] = this.i32[w]! + n;
    this.count += n;
  }

  /** Puts another block in the place of a chunk; its elements stay as they are. */
  setChunk(ordinal: number, chunk: number): void {
    this.i32[(this.block >> 2) + 2 * (this.head + ordinal)] = chunk;
  }

  /** Bytes of the blocks in use, their rounding included. */
  blockBytes(): number {
    if (this.block === 0) return 0;
    const { arena } = this.ground;
    let bytes = arena.capacity(this.block);
    for (let i = 0; i < this.size; i++) bytes += arena.capacity(this.chunkAt(i));
    return bytes;
  }

  /** A block for a chunk. Throws CommandError OOM. */
  alloc(bytes: number): number {
    const { ground } = this;
    const block = this.tryAlloc(bytes);
    if (block !== 0) return block;
    ground.starved = true;
    throw new CommandError(outOfMemory, bytes > ground.arena.limitBytes);
  }

  /** A block for a chunk, or 0. `forRemoval`: of the memory that is kept free for deletes. */
  tryAlloc(bytes: number, forRemoval = this.isGrave): number {
    const { ground } = this;
    const block = ground.arena.alloc(bytes, forRemoval ? 0 : ground.reserveBytes);
    if (block !== 0 && this.isGrave) ground.tombBytes += ground.arena.capacity(block);
    return block;
  }

  /** A block for a chunk, of the memory that is kept free for deletes where need be. Throws CommandError OOM. */
  allocForRemoval(bytes: number): number {
    const block = this.tryAlloc(bytes, true);
    return block !== 0 ? block : this.alloc(bytes);
  }

  give(block: number): void {
    const { arena } = this.ground;
    if (this.isGrave) this.ground.tombBytes -= arena.capacity(block);
    arena.free(block);
  }

  /**
   * Enters a new chunk with `count` elements; frees it where there is no room for the entry. Throws CommandError OOM.
   */
  enter(ordinal: number, chunk: number, count: number): void {
    try {
      this.openEntry(ordinal);
    } catch (error) {
      this.give(chunk);
      throw error;
    }
    const w = (this.block >> 2) + 2 * (this.head + ordinal);
    this.i32[w] = chunk;
    this.i32[w + 1] = count;
    this.count += count;
  }

  /** Frees chunks and takes them from the directory. */
  drop(ordinal: number, n: number): void {
    for (let i = ordinal; i < ordinal + n; i++) {
      this.count -= this.countAt(i);
      this.give(this.chunkAt(i));
    }
    const w = this.block >> 2;
    const [from, at, to] = [this.head, this.head + ordinal, this.head + this.size];
    if (ordinal * 2 < this.size - n) {
      this.i32.copyWithin(w + 2 * (from + n), w + 2 * from, w + 2 * at);
      this.head += n;
    } else this.i32.copyWithin(w + 2 * at, w + 2 * (at + n), w + 2 * to);
    this.size -= n;
    if (this.capacity > 64 && this.size * 8 < this.capacity) this.shrink();
  }

  /** Frees everything. */
  free(): void {
    if (this.block === 0) return;
    for (let i = 0; i < this.size; i++) this.give(this.chunkAt(i));
    this.give(this.block);
    this.reset();
  }

  /** Becomes an empty one; what it was is somebody else's. */
  reset(): void {
    this.block = 0;
    this.capacity = 0;
    this.head = 0;
    this.size = 0;
    this.count = 0;
  }

  /** Visits each block in use, the directory's own first. */
  eachBlock(visit: (block: number) => void): void {
    if (this.block === 0) return;
    visit(this.block);
    for (let i = 0; i < this.size; i++) visit(this.chunkAt(i));
  }

  /** A block was copied from `from` to `to`: takes note where it is one of these; false where it is not. */
  moveBlock(from: number, to: number): boolean {
    if (this.block === 0) return false;
    if (this.block === from) {
      this.block = to;
      return true;
    }
    for (let i = 0; i < this.size; i++) {
      if (this.chunkAt(i) !== from) continue;
      this.setChunk(i, to);
      return true;
    }
    return false;
  }

  private openEntry(ordinal: number): void {
    if (this.size === this.capacity) this.resize(this.size * 2);
    else if (ordinal === 0 && this.head === 0) this.slide();
    else if (ordinal === this.size && this.head + this.size === this.capacity) this.slide();
    const w = this.block >> 2;
    const [from, at, to] = [this.head, this.head + ordinal, this.head + this.size];
    if (from > 0 && (ordinal * 2 < this.size || to === this.capacity)) {
      this.i32.copyWithin(w + 2 * (from - 1), w + 2 * from, w + 2 * at);
      this.head -= 1;
    } else this.i32.copyWithin(w + 2 * (at + 1), w + 2 * at, w + 2 * to);
    this.size += 1;
  }

  /** Moves the entries to the middle of the directory, or into a larger one where there is little room left. */
  private slide(): void {
    if (this.size * 4 > this.capacity * 3) {
      this.resize(this.size * 2);
      return;
    }
    const w = this.block >> 2;
    const head = (this.capacity - this.size) >> 1;
    this.i32.copyWithin(w + 2 * head, w + 2 * this.head, w + 2 * (this.head + this.size));
    this.head = head;
  }

  private resize(entries: number): void {
    const { arena } = this.ground;
    const to = this.alloc(Math.max(entriesMin, entries) * 8);
    const capacity = arena.capacity(to) >> 3;
    const head = (capacity - this.size) >> 1;
    if (this.block !== 0) {
      const w = this.block >> 2;
      this.i32.copyWithin((to >> 2) + 2 * head, w + 2 * this.head, w + 2 * (this.head + this.size));
      this.give(this.block);
    }
    this.block = to;
    this.capacity = capacity;
    this.head = head;
  }

  /** A smaller directory, where there is memory for it. */
  private shrink(): void {
    const probe = this.tryAlloc(Math.max(entriesMin, this.size * 2) * 8, false);
    if (probe === 0) return;
    this.give(probe);
    this.resize(this.size * 2);
  }
}
