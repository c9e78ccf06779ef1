// Reads a sorted set in its order, whichever form it is in: a place between elements that steps both ways, goes to
// ranks and bounds, and looks up members. Nothing is copied: an element is a range of the arena and a number. It
// changes nothing, and it is void as soon as anything else does.
import type { Arena } from './arena.ts';
import type { Elements } from './elements.ts';
import { type Entries, EntryType } from './entry.ts';
import type { KeyHash } from './hash.ts';
import type { Nest } from './nest.ts';
import { type OrderIndex, Ties } from './order-index.ts';
import { PackedCursor, packedElementsMax } from './packed.ts';
import { scoreBytes } from './score.ts';

export class SortedSetCursor {
  readonly u8: Uint8Array;
  private readonly arena: Arena;
  /** Elements of the set. */
  size = 0;
  /** The element stepped over or found last. */
  memberOffset = 0;
  memberLength = 0;
  /** Where its score is. */
  private scoreAt = 0;
  private readonly entries: Entries;
  private readonly hash: KeyHash;
  private readonly elements: Elements;
  private readonly view: DataView;
  private readonly packed = new PackedCursor();
  private nest: Nest | undefined;
  private order: OrderIndex | undefined;
  /** Packed: how many live records the cursor in it has passed by, below 0 where it is elsewhere. */
  private walked = 0;
  /** The live records in order, once one is asked for that is not the next, and the place. */
  private loaded = false;
  private readonly members = new Int32Array(packedElementsMax * 2);
  private readonly lengths = new Int32Array(packedElementsMax * 2);
  private readonly scoresAt = new Int32Array(packedElementsMax * 2);
  private place = 0;

  constructor(arena: Arena, entries: Entries, hash: KeyHash, elements: Elements) {
    this.u8 = arena.u8;
    this.arena = arena;
    this.entries = entries;
    this.hash = hash;
    this.elements = elements;
    this.view = arena.view;
  }

  /** Stands before the first element of the sorted set whose entry is at `at`. */
  open(at: number): void {
    const nest = this.elements.nestAt(at);
    this.nest = nest;
    this.order = nest?.elements.order;
    this.place = 0;
    if (this.order !== undefined) {
      this.size = this.order.size;
      return;
    }
    const { entries, packed } = this;
    packed.open(this.arena, entries.valueOffset(at), entries.valueLength(at), EntryType.zset);
    this.loaded = false;
    this.walked = 0;
    this.size = packed.liveCount;
  }

  private load(): void {
    if (this.loaded) return;
    this.loaded = true;
    const { packed } = this;
    packed.rewind();
    for (let i = 0; packed.nextLive(); i++) {
      this.members[i] = packed.nameOffset;
      this.lengths[i] = packed.nameLength;
      this.scoresAt[i] = packed.after - scoreBytes;
    }
  }

  /** The score of the current element. */
  get score(): number {
    return this.view.getFloat64(this.scoreAt, true);
  }

  /** Finds a member; it becomes the current element, and the place is undefined. */
  find(bytes: Uint8Array, offset: number, length: number): boolean {
    const { packed, nest } = this;
    if (nest !== undefined) {
      const ref = nest.elements.entryOf(this.hash.of(bytes, offset, length), bytes, offset, length);
      if (ref === 0) return false;
      this.stand(ref);
      return true;
    }
    this.walked = -1;
    if (!packed.find(bytes, offset, length) || !packed.isLive) return false;
    this.takeCurrent();
    return true;
  }

  /** The rank of the current element. */
  rank(): number {
    const { order, memberOffset, memberLength } = this;
    if (order !== undefined) return order.rankOf(this.score, this.u8, memberOffset, memberLength);
    this.load();
    return this.members.indexOf(memberOffset);
  }

  /** How many elements have a lesser score, or the same where `andEqual`. */
  ranksBelow(score: number, andEqual: boolean): number {
    if (this.order !== undefined) return this.order.seekScore(score, andEqual ? Ties.all : Ties.none);
    this.load();
    const { view, scoresAt } = this;
    for (let rank = 0; rank < this.size; rank++) {
      const own = view.getFloat64(scoresAt[rank]!, true);
      if (own > score || (own === score && !andEqual)) return rank;
    }
    return this.size;
  }

  /** How many elements have a lesser member, or the same where `andEqual`; for sets of one score. */
  ranksBelowMember(bytes: Uint8Array, offset: number, length: number, andEqual: boolean): number {
    if (this.order !== undefined) {
      return this.order.seek(Number.NaN, andEqual ? Ties.upTo : Ties.lesser, bytes, offset, length);
    }
    this.load();
    let rank = 0;
    for (; rank < this.size; rank++) {
      const difference = this.compareMember(rank, bytes, offset, length);
      if (difference > 0 || (difference === 0 && !andEqual)) break;
    }
    return rank;
  }

  private compareMember(rank: number, bytes: Uint8Array, offset: number, length: number): number {
    const from = this.members[rank]!;
    const own = this.lengths[rank]!;
    const end = Math.min(own, length);
    for (let i = 0; i < end; i++) {
      const difference = this.u8[from + i]! - bytes[offset + i]!;
      if (difference !== 0) return difference;
    }
    return own - length;
  }

  /** Goes to the place before the element of a rank, or behind the last. */
  seekRank(rank: number): void {
    if (this.order !== undefined) this.order.seekRank(rank);
    else this.place = Math.min(rank, this.size);
  }

  /** Steps over the next element; false at the end. */
  next(): boolean {
    if (this.order !== undefined) {
      const ref = this.order.next();
      if (ref !== 0) this.stand(ref);
      return ref !== 0;
    }
    if (this.place >= this.size) return false;
    this.takePacked(this.place++);
    return true;
  }

  /** Steps back over the element before; false at the front. */
  previous(): boolean {
    if (this.order !== undefined) {
      const ref = this.order.previous();
      if (ref !== 0) this.stand(ref);
      return ref !== 0;
    }
    if (this.place === 0) return false;
    this.takePacked(--this.place);
    return true;
  }

  /** Makes the element whose entry is at `ref` the current one. */
  stand(ref: number): void {
    const { entries } = this;
    this.memberOffset = entries.keyOffset(ref);
    this.memberLength = entries.keyLength(ref);
    this.scoreAt = this.memberOffset + this.memberLength + entries.valueLength(ref) - scoreBytes;
  }

  private takeCurrent(): void {
    const { packed } = this;
    this.memberOffset = packed.nameOffset;
    this.memberLength = packed.nameLength;
    this.scoreAt = packed.after - scoreBytes;
  }

  private takePacked(i: number): void {
    if (!this.loaded && i === this.walked) {
      this.walked += 1;
      this.packed.nextLive();
      this.takeCurrent();
      return;
    }
    this.load();
    this.memberOffset = this.members[i]!;
    this.memberLength = this.lengths[i]!;
    this.scoreAt = this.scoresAt[i]!;
  }
}
