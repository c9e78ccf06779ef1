// The elements of one list in their order, as a sequence of chunks (chunk.ts). Small lists have one chunk that lies in
// the key's entry and cannot grow here (`fixed`); large ones a directory of chunks in the arena (chunk-directory.ts),
// through which an index is found by adding up counts. It knows element ids and positions, but not what keys, deltas or
// commands are.
import { ChunkDirectory, type ChunkGround } from '../chunk-directory.ts';
import { type Chunks, chunkElementsMax, chunkHeaderBytes } from './chunk.ts';
import type { Element } from './element.ts';
import { compareRuns } from './position.ts';

/** Largest chunk of several elements; a larger value has a chunk to itself. */
export const chunkBytesMax = 4096;
const chunkBytesMin = 512;
/** More than relations and the room that chunk.ts keeps free can add to an element. */
const elementExtraBytes = 64;

export class ListChunks {
  /** Where the last `locate` or `find` stopped: which chunk, and which element in it. */
  ordinal = 0;
  k = 0;
  private readonly chunks: Chunks;
  private readonly ground: ChunkGround;
  private readonly directory: ChunkDirectory;
  private readonly compareOrigins: (a: number, b: number) => number;
  /** The one chunk where there is no directory; 0 = there is one. */
  private single = 0;

  /** `isGrave`: what is entered here is remembered of deletes, for which memory is kept free. */
  constructor(
    chunks: Chunks,
    ground: ChunkGround,
    compareOrigins: (a: number, b: number) => number,
    isGrave = false,
  ) {
    this.chunks = chunks;
    this.ground = ground;
    this.directory = new ChunkDirectory(ground, isGrave);
    this.compareOrigins = compareOrigins;
  }

  /** Becomes the view of a chunk that lies elsewhere: nothing is allocated or freed here. */
  fix(chunk: number): void {
    this.single = chunk;
  }

  private get isFixed(): boolean {
    return this.single !== 0;
  }

  /** Elements. */
  get count(): number {
    return this.single !== 0 ? this.chunks.countOf(this.single) : this.directory.count;
  }

  /** Chunks. */
  get size(): number {
    return this.single !== 0 ? 1 : this.directory.size;
  }

  chunkAt(ordinal: number): number {
    return this.single !== 0 ? this.single : this.directory.chunkAt(ordinal);
  }

  countAt(ordinal: number): number {
    return this.single !== 0 ? this.chunks.countOf(this.single) : this.directory.countAt(ordinal);
  }

  private addCount(ordinal: number, n: number): void {
    if (this.single === 0) this.directory.addCount(ordinal, n);
  }

  /** Bytes of the blocks in use, their rounding included. */
  blockBytes(): number {
    return this.directory.blockBytes();
  }

  /** Bytes of the elements themselves. */
  dataBytes(): number {
    let bytes = 0;
    for (let i = 0; i < this.size; i++) bytes += this.chunks.dataBytes(this.chunkAt(i));
    return bytes;
  }

  // ---- finding

  /** Stands at the element of an index, from 0 to the count. */
  locate(index: number): void {
    if (index * 2 <= this.count) {
      let rest = index;
      let i = 0;
      for (; i < this.size - 1; i++) {
        const n = this.countAt(i);
        if (rest < n) break;
        rest -= n;
      }
      this.ordinal = i;
      this.k = rest;
      return;
    }
    let rest = this.count - index;
    let i = this.size - 1;
    for (; i > 0; i--) {
      const n = this.countAt(i);
      if (rest <= n) break;
      rest -= n;
    }
    this.ordinal = i;
    this.k = this.countAt(i) - rest;
  }

  /** Stands at the element of this id and position, or where it would be; returns whether it is there. */
  find(e: Element): boolean {
    const { chunks } = this;
    this.ordinal = 0;
    this.k = 0;
    if (this.size === 0) return false;
    chunks.last(this.chunkAt(this.size - 1), chunks.place);
    if (e.place.rank > chunks.place.rank) {
      this.ordinal = this.size - 1;
      this.k = this.countAt(this.ordinal);
      return false;
    }
    let low = 0;
    for (let high = this.size; low < high; ) {
      const middle = (low + high) >> 1;
      chunks.open(this.chunkAt(middle));
      chunks.next();
      if (this.compare(e) < 0) high = middle;
      else low = middle + 1;
    }
    if (low === 0) return false;
    this.ordinal = low - 1;
    chunks.open(this.chunkAt(this.ordinal));
    let order = 1;
    while (chunks.next()) {
      order = this.compare(e);
      if (order <= 0) break;
    }
    this.k = order > 0 ? this.countAt(this.ordinal) : chunks.index;
    return order === 0;
  }

  /** Compares `e` with the element at which `chunks` stands: by position, then by id. */
  private compare(e: Element): number {
    const { chunks } = this;
    const [a, b] = [e.place, chunks.place];
    if (a.rank !== b.rank) return a.rank < b.rank ? -1 : 1;
    if (e.extensionLength !== 0 || chunks.extensionLength !== 0) {
      const order = compareRuns(
        e.extension,
        e.extensionOffset,
        e.extensionLength,
        this.ground.arena.u8,
        chunks.extensionOffset,
        chunks.extensionLength,
      );
      if (order !== 0) return order;
    }
    if (a.hi !== b.hi) return a.hi < b.hi ? -1 : 1;
    if (a.lo !== b.lo) return a.lo >>> 0 < b.lo >>> 0 ? -1 : 1;
    return a.origin === b.origin ? 0 : this.compareOrigins(a.origin, b.origin);
  }

  // ---- changing; false where a fixed chunk has no room. Throws CommandError OOM before anything has changed

  pushLast(e: Element): boolean {
    const { chunks } = this;
    const need = chunks.prepare(e);
    const last = this.size - 1;
    if (last >= 0) {
      if (chunks.append(this.chunkAt(last), e)) return this.added(last);
      if (this.isFixed) return false;
      if (this.grow(last, need, false) && chunks.append(this.chunkAt(last), e)) return this.added(last);
    }
    this.newChunk(this.size, need);
    if (last >= 0) this.trim(last);
    chunks.append(this.chunkAt(last + 1), e);
    return this.added(last + 1);
  }

  pushFirst(e: Element): boolean {
    const { chunks } = this;
    const need = chunks.prepare(e);
    if (this.size > 0) {
      if (chunks.prepend(this.chunkAt(0), e)) return this.added(0);
      if (this.isFixed) return false;
      if (this.grow(0, need, true) && chunks.prepend(this.chunkAt(0), e)) return this.added(0);
    }
    this.newChunk(0, need);
    if (this.size > 1) this.trim(1);
    chunks.prepend(this.chunkAt(0), e);
    return this.added(0);
  }

  private added(ordinal: number): boolean {
    this.addCount(ordinal, 1);
    return true;
  }

  /** Inserts where the last `locate` or `find` stopped. */
  insertHere(e: Element): boolean {
    const { chunks, ordinal, k } = this;
    if (this.size === 0 || (ordinal === this.size - 1 && k === this.countAt(ordinal)))
      return this.pushLast(e);
    if (ordinal === 0 && k === 0) return this.pushFirst(e);
    const need = chunks.prepare(e);
    if (chunks.insert(this.chunkAt(ordinal), k, e)) return this.added(ordinal);
    if (this.isFixed) return false;
    if (this.grow(ordinal, need, false) && chunks.insert(this.chunkAt(ordinal), k, e))
      return this.added(ordinal);
    return this.insertBetween(ordinal, k, need, e);
  }

  /**
   * Inserts the prepared element where its chunk is full: at the end of what is before it, or in a chunk of its own.
   */
  private insertBetween(ordinal: number, k: number, need: number, e: Element): boolean {
    const { chunks } = this;
    const before = k === 0 ? ordinal - 1 : ordinal;
    if (k > 0 && k < this.countAt(ordinal)) this.split(ordinal, k);
    // A split moves chunks but not what `chunks` holds prepared.
    if (before >= 0) {
      if (chunks.append(this.chunkAt(before), e)) return this.added(before);
      if (this.grow(before, need, false) && chunks.append(this.chunkAt(before), e)) return this.added(before);
    }
    this.newChunk(before + 1, need);
    chunks.append(this.chunkAt(before + 1), e);
    return this.added(before + 1);
  }

  /** Replaces the value, and its dot, of the element where the last `locate` or `find` stopped. */
  rewriteHere(e: Element): boolean {
    const { chunks, ordinal, k } = this;
    const need = chunks.prepare(e);
    if (chunks.rewrite(this.chunkAt(ordinal), k, e)) return true;
    if (this.isFixed) return false;
    if (this.grow(ordinal, need, false) && chunks.rewrite(this.chunkAt(ordinal), k, e)) return true;
    this.isolate(ordinal, k, need);
    this.rewriteAlone(e, need);
    return true;
  }

  /** Gives element k a chunk of its own, at `ordinal` of this, so that a larger value has room. */
  private isolate(ordinal: number, k: number, need: number): void {
    let at = ordinal;
    if (k > 0) {
      this.split(ordinal, k);
      at += 1;
    }
    if (this.countAt(at) > 1) this.split(at, 1);
    this.ordinal = at;
    this.k = 0;
    const bytes = chunkHeaderBytes + this.chunks.dataBytes(this.chunkAt(at)) + need + elementExtraBytes;
    this.moveChunk(at, this.directory.alloc(bytes), false);
  }

  private rewriteAlone(e: Element, need: number): void {
    const { chunks, ordinal } = this;
    if (chunks.rewrite(this.chunkAt(ordinal), 0, e)) return;
    throw new Error(`no room for ${need} bytes in a chunk made for them`);
  }

  /** Takes out the element where the last `locate` or `find` stopped. */
  removeHere(): boolean {
    const { ordinal } = this;
    if (!this.takeOut()) return false;
    this.tidy(ordinal);
    return true;
  }

  /**
   * The same, but that its chunk stays where it is, with what is before the element, and may be left sparse or empty.
   */
  private takeOut(): boolean {
    const { chunks, ordinal, k } = this;
    if (chunks.remove(this.chunkAt(ordinal), k)) {
      this.addCount(ordinal, -1);
      return true;
    }
    if (this.isFixed) return false;
    this.split(ordinal, k);
    chunks.removeFirst(this.chunkAt(ordinal + 1));
    this.addCount(ordinal + 1, -1);
    this.tidy(ordinal + 1);
    return true;
  }

  removeFirst(): void {
    this.chunks.removeFirst(this.chunkAt(0));
    this.addCount(0, -1);
    if (!this.isFixed && this.countAt(0) === 0) this.directory.drop(0, 1);
  }

  removeLast(): void {
    const last = this.size - 1;
    this.chunks.removeLast(this.chunkAt(last));
    this.addCount(last, -1);
    if (!this.isFixed && this.countAt(last) === 0) this.directory.drop(last, 1);
  }

  /** Takes out `n` elements from the front, whole chunks at once. */
  removeFirsts(n: number): void {
    let rest = n;
    let whole = 0;
    if (!this.isFixed) while (whole < this.size && this.countAt(whole) <= rest) rest -= this.countAt(whole++);
    if (whole > 0) this.directory.drop(0, whole);
    for (; rest > 0; rest--) this.removeFirst();
  }

  /** Takes out `n` elements from the end, whole chunks at once. */
  removeLasts(n: number): void {
    let rest = n;
    let keep = this.size;
    if (!this.isFixed) while (keep > 0 && this.countAt(keep - 1) <= rest) rest -= this.countAt(--keep);
    if (keep < this.size) this.directory.drop(keep, this.size - keep);
    for (; rest > 0; rest--) this.removeLast();
  }

  /**
   * Takes out all elements of which `isDoomed` says so, asked while `chunks` stands at each, from one chunk down to
   * another. False: no room left.
   */
  removeWhere(isDoomed: () => boolean, from = this.size - 1, to = 0): boolean {
    const { chunks } = this;
    const doomed: number[] = [];
    for (let ordinal = Math.min(from, this.size - 1); ordinal >= to; ordinal--) {
      doomed.length = 0;
      chunks.open(this.chunkAt(ordinal));
      while (chunks.next()) if (isDoomed()) doomed.push(chunks.index);
      if (doomed.length === this.countAt(ordinal) && !this.isFixed) this.directory.drop(ordinal, 1);
      else {
        for (let i = doomed.length - 1; i >= 0; i--) {
          this.ordinal = ordinal;
          this.k = doomed[i]!;
          if (!this.takeOut()) return false;
        }
        // Not before: it may be joined to the one before it, and what follows would stand in its place.
        if (doomed.length > 0) this.tidy(ordinal);
      }
    }
    return true;
  }

  /** After a removal: drops an empty chunk, joins a sparse one to a neighbour. */
  private tidy(ordinal: number): void {
    if (this.isFixed) return;
    const { chunks } = this;
    const chunk = this.chunkAt(ordinal);
    if (this.countAt(ordinal) === 0) {
      this.directory.drop(ordinal, 1);
      return;
    }
    if (chunks.dataBytes(chunk) * 4 > chunkBytesMax) return;
    if (ordinal > 0 && chunks.canMerge(this.chunkAt(ordinal - 1), chunk)) this.mergeInto(ordinal - 1);
    else if (ordinal + 1 < this.size && chunks.canMerge(chunk, this.chunkAt(ordinal + 1)))
      this.mergeInto(ordinal);
  }

  private mergeInto(ordinal: number): void {
    const { directory } = this;
    this.chunks.merge(this.chunkAt(ordinal), this.chunkAt(ordinal + 1));
    directory.addCount(ordinal, this.countAt(ordinal + 1));
    directory.drop(ordinal + 1, 1);
  }

  // ---- blocks

  /** Moves a chunk into a larger block where it may have one; false where it is full. */
  private grow(ordinal: number, need: number, roomOnLeft: boolean): boolean {
    const { chunks } = this;
    const chunk = this.chunkAt(ordinal);
    const room = chunks.room(chunk);
    const least = chunkHeaderBytes + chunks.dataBytes(chunk) + need + elementExtraBytes;
    if (chunks.countOf(chunk) >= chunkElementsMax || least > chunkBytesMax) return false;
    const bytes = Math.min(chunkBytesMax, Math.max(least, room + (room >> 1)));
    if (bytes <= room) return false;
    this.moveChunk(ordinal, this.directory.alloc(bytes), roomOnLeft);
    return true;
  }

  private moveChunk(ordinal: number, to: number, roomOnLeft: boolean): void {
    const { directory, ground } = this;
    const chunk = this.chunkAt(ordinal);
    this.chunks.copyTo(chunk, to, ground.arena.capacity(to), roomOnLeft);
    directory.setChunk(ordinal, to);
    directory.give(chunk);
  }

  /** Gives back what a chunk that will grow no more at this end leaves unused. */
  private trim(ordinal: number): void {
    const { chunks } = this;
    const chunk = this.chunkAt(ordinal);
    const least = chunkHeaderBytes + chunks.dataBytes(chunk) + elementExtraBytes;
    if (this.ground.arena.rounded(least) > chunks.room(chunk) * 0.85) return;
    const to = this.directory.tryAlloc(least);
    if (to !== 0) this.moveChunk(ordinal, to, false);
  }

  private newChunk(ordinal: number, need: number): void {
    const { directory, ground } = this;
    // The longer the list, the less it matters what its ends leave unused, and to grow is to copy.
    const usual = Math.min(chunkBytesMax, chunkBytesMin * Math.max(1, this.size));
    const chunk = directory.alloc(Math.max(usual, chunkHeaderBytes + need + elementExtraBytes));
    this.chunks.init(chunk, ground.arena.capacity(chunk));
    directory.enter(ordinal, chunk, 0);
  }

  /** Takes a copy of a chunk that lies elsewhere as the only one of an empty list. Throws CommandError OOM. */
  adopt(chunk: number): void {
    const { directory, ground } = this;
    const bytes = chunkHeaderBytes + this.chunks.dataBytes(chunk) + elementExtraBytes;
    const block = directory.alloc(Math.max(chunkBytesMin, bytes + (bytes >> 2)));
    this.chunks.copyTo(chunk, block, ground.arena.capacity(block), false);
    directory.enter(0, block, this.chunks.countOf(block));
  }

  /** Splits a chunk before element k. Removals split too, so it takes what is kept free for deletes. */
  private split(ordinal: number, k: number): void {
    const { directory, ground } = this;
    const chunk = this.chunkAt(ordinal);
    const bytes = this.chunks.splitBytes(chunk, k) + elementExtraBytes;
    const moved = this.countAt(ordinal) - k;
    const to = directory.allocForRemoval(bytes);
    this.chunks.init(to, ground.arena.capacity(to));
    directory.enter(ordinal + 1, to, 0);
    this.chunks.split(chunk, k, to);
    directory.addCount(ordinal, -moved);
    directory.addCount(ordinal + 1, moved);
  }

  /** Frees everything. */
  free(): void {
    this.directory.free();
  }

  /** Visits each block of the list's own. */
  eachBlock(visit: (block: number) => void): void {
    this.directory.eachBlock(visit);
  }

  /** A block was copied from `from` to `to`: takes note where it is one of this list's; false where it is not. */
  moveBlock(from: number, to: number): boolean {
    return this.directory.moveBlock(from, to);
  }
}
