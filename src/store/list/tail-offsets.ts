// Where the elements at the ends of some chunks of lists stand, which cannot be found by reading backwards. Those of
// the few chunks that were asked for last are kept, each under a tag that the chunk bears while they are true of it.

/** Of how many chunks they are kept: a power of two. */
const kept = 8;

export class TailOffsets {
  tag = 0;
  /** offsets[bottom .. top) are those of the last elements, as far as they are known. */
  bottom = 0;
  top = 0;
  readonly offsets: Int32Array;

  constructor(length: number) {
    this.offsets = new Int32Array(length);
  }
}

export class TailsOfChunks {
  private readonly tails: readonly TailOffsets[];
  private lastTag = 0;

  /** `elementsMax`: of one chunk. */
  constructor(elementsMax: number) {
    this.tails = Array.from({ length: kept }, () => new TailOffsets(2 * elementsMax));
  }

  /** What is kept under a tag that a chunk bears; 0 is none. */
  find(tag: number): TailOffsets | undefined {
    const tail = this.tails[tag & (kept - 1)]!;
    return tag !== 0 && tail.tag === tag ? tail : undefined;
  }

  /** Room under a new tag for the offsets of `count` elements, which whoever asks fills in. */
  begin(count: number): TailOffsets {
    this.lastTag = (this.lastTag + 1) & 0x7fffffff || 1;
    const tail = this.tails[this.lastTag & (kept - 1)]!;
    tail.tag = this.lastTag;
    tail.bottom = 0;
    tail.top = count;
    return tail;
  }

  /** An element was added behind the last one; false where nothing can be kept of it. */
  push(tag: number, offset: number): boolean {
    const tail = this.tails[tag & (kept - 1)]!;
    if (tail.tag !== tag || tail.top === tail.offsets.length) return false;
    tail.offsets[tail.top++] = offset;
    return true;
  }

  /** The first of `count` elements begins elsewhere, as it has a relation now or has none any more. */
  moveFirst(tag: number, count: number, offset: number): void {
    const tail = this.tails[tag & (kept - 1)]!;
    if (tail.tag !== tag || tail.top - tail.bottom < count) return;
    tail.bottom = tail.top - count;
    tail.offsets[tail.bottom] = offset;
  }
}
