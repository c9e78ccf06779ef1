// The order of a large sorted set: a B+-tree in the arena over references to the entries of its members, ordered by
// score, then by the member's bytes. Inner nodes count the elements below them, so a rank is found, and found again, in
// O(log n); they keep the first element of each child and its score, so a descent reads few entries. An element costs
// about eleven bytes. It reads entries and changes none; the table that finds members by name is not its business.
//
// A score is the last eight bytes of an entry's value, little-endian. A `bound` is a place between elements: what is
// before it is said by a score and a `Ties` word. The layout of nodes is in order-nodes.ts.
import { assert } from '../base/assert.ts';
import type { Arena } from './arena.ts';
import type { Entries } from './entry.ts';
import {
  countsAt,
  firstsAt,
  innerHeadWords,
  innerItemsMax,
  leafHeadWords,
  leafItemsMax,
  type NodeOwner,
  type OrderNodes,
  roundedAt,
  scoresAt,
} from './order-nodes.ts';

/** Which of the elements with the score of a bound are before it. */
export const Ties = {
  none: 0,
  all: 1,
  /** Those with a lesser member; a score of NaN stands for that of every element. */
  lesser: 2,
  /** The same, and the member itself. */
  upTo: 3,
} as const;
export type Ties = (typeof Ties)[keyof typeof Ties];

/** A node with fewer items takes some from a neighbour, or joins it where both fit well. */
const leafItemsMin = 20;
const innerItemsMin = 16;
const leafItemsJoined = 54;
const innerItemsJoined = 44;
/** What a leaf has on average, and its bytes with its share of the nodes above: for figures. */
const leafItemsUsual = 47;
const leafBytesUsual = 540;
/** A full leaf gives to a neighbour with at least this much room rather than split. */
const leafRoomMin = 8;

/** The inner nodes from the root to the leaf last descended to, and the child taken in each. */
const pathNode = new Int32Array(16);
const pathItem = new Int32Array(16);

export class OrderIndex implements NodeOwner {
  /** The number by which its nodes tell whose they are. */
  readonly owner: number;
  /** Elements. */
  size = 0;
  private readonly entries: Entries;
  private readonly nodes: OrderNodes;
  private readonly i32: Int32Array;
  private readonly f64: Float64Array;
  private readonly f32: Float32Array;
  private readonly u8: Uint8Array;
  private readonly view: DataView;
  private root = 0;
  /** Inner nodes on the way from the root to any leaf. */
  private height = 0;
  /** The cursor: a place before item `pos` of a leaf. */
  private leaf = 0;
  private pos = 0;

  constructor(arena: Arena, entries: Entries, nodes: OrderNodes) {
    this.entries = entries;
    this.nodes = nodes;
    this.owner = nodes.newOwner();
    this.i32 = arena.i32;
    this.f64 = nodes.f64;
    this.f32 = nodes.f32;
    this.u8 = arena.u8;
    this.view = arena.view;
  }

  /** About the bytes of its nodes. */
  get bytes(): number {
    return Math.ceil(this.size / leafItemsUsual) * leafBytesUsual;
  }

  /** Makes sure that the next `insert` succeeds. False where there is no memory. */
  reserve(reserveBytes: number): boolean {
    return this.nodes.reserve(reserveBytes);
  }

  /** The score of the entry at `ref`. */
  scoreOf(ref: number): number {
    const { entries } = this;
    return this.view.getFloat64(entries.valueOffset(ref) + entries.valueLength(ref) - 8, true);
  }

  /** Adds an entry that is not in the index. Call `reserve` first. */
  insert(ref: number): void {
    const score = this.scoreOf(ref);
    const key = this.entries.keyOffset(ref);
    const length = this.entries.keyLength(ref);
    if (this.root === 0) {
      this.root = this.nodes.takeLeaf(this.owner);
      this.nodes.enter(this);
    }
    this.descend(score, Ties.lesser, this.u8, key, length);
    while (this.itemsOf(this.leaf) === leafItemsMax) {
      this.makeRoom();
      this.descend(score, Ties.lesser, this.u8, key, length);
    }
    const { i32, f32, leaf, pos } = this;
    const w = leaf >> 2;
    const first = w + leafHeadWords;
    const rounded = w + roundedAt;
    const items = i32[w]!;
    for (let i = items; i > pos; i--) {
      i32[first + i] = i32[first + i - 1]!;
      f32[rounded + i] = f32[rounded + i - 1]!;
    }
    i32[first + pos] = ref;
    f32[rounded + pos] = score;
    i32[w] = items + 1;
    this.size += 1;
    for (let d = 0; d < this.height; d++) i32[(pathNode[d]! >> 2) + countsAt + pathItem[d]!]! += 1;
    if (pos === 0) this.setFirst(ref, score);
  }

  /**
   * Takes out the element with this score and member; returns its ref, or 0 where there is none. `returns`: it is put
   * back at once, so that nothing is let go of that this may need.
   */
  remove(score: number, bytes: Uint8Array, offset: number, length: number, returns = false): number {
    if (this.root === 0) return 0;
    this.descend(score, Ties.lesser, bytes, offset, length);
    const { i32, leaf, pos } = this;
    const w = leaf >> 2;
    const items = i32[w]!;
    const ref = pos < items ? i32[w + leafHeadWords + pos]! : 0;
    if (ref === 0 || this.scoreOf(ref) !== score || !this.entries.keyEquals(ref, bytes, offset, length)) {
      return 0;
    }
    this.removeFound(returns);
    return ref;
  }

  /** Takes out the element of a rank, which is below `size`. */
  removeAt(rank: number): void {
    this.seekRank(rank);
    this.removeFound(false);
  }

  /** Takes out the element that was descended to; also the one that `keepsPlace` was just asked of. As `remove`. */
  removeFound(returns: boolean): void {
    const { i32, f32, leaf, pos } = this;
    const w = leaf >> 2;
    if (returns && this.size === 1) {
      i32[w] = 0;
      this.size = 0;
      return;
    }
    const items = i32[w]!;
    const first = w + leafHeadWords;
    const rounded = w + roundedAt;
    for (let i = pos; i < items - 1; i++) {
      i32[first + i] = i32[first + i + 1]!;
      f32[rounded + i] = f32[rounded + i + 1]!;
    }
    i32[w] = items - 1;
    this.size -= 1;
    for (let d = 0; d < this.height; d++) i32[(pathNode[d]! >> 2) + countsAt + pathItem[d]!]! -= 1;
    if (pos === 0 && this.size > 0) this.renewFirst();
    if (items - 1 < leafItemsMin) this.mend();
  }

  /**
   * Whether the element `ref`, which is in the index at `score`, would keep its place with `newScore`. The caller then
   * changes the entry, and calls `rescored`.
   */
  keepsPlace(ref: number, score: number, newScore: number): boolean {
    const { entries, u8 } = this;
    const key = entries.keyOffset(ref);
    const length = entries.keyLength(ref);
    this.descend(score, Ties.lesser, u8, key, length);
    const { i32, leaf, pos } = this;
    const w = leaf >> 2;
    assert(pos < i32[w]! && i32[w + leafHeadWords + pos] === ref, 'an order index does not know an element');
    const before = pos > 0 ? w + pos - 1 : this.lastPlace(i32[w + 2]!);
    const after = pos + 1 < i32[w]! ? w + pos + 1 : this.firstPlace(i32[w + 3]!);
    return (
      (before === 0 || this.isPlaceBefore(before, newScore, u8, key, length)) &&
      (after === 0 || !this.isPlaceBefore(after, newScore, u8, key, length))
    );
  }

  /** Whether the element at a place, a leaf's word and the number of an item, is before a score and a member. */
  private isPlaceBefore(
    place: number,
    score: number,
    bytes: Uint8Array,
    offset: number,
    length: number,
  ): boolean {
    const rounded = this.f32[place + roundedAt]!;
    const near = Math.fround(score);
    if (rounded !== near) return rounded < near;
    const ref = this.i32[place + leafHeadWords]!;
    return this.isBefore(this.scoreOf(ref), ref, score, Ties.lesser, bytes, offset, length);
  }

  private firstPlace(leaf: number): number {
    return leaf >> 2;
  }

  private lastPlace(leaf: number): number {
    return leaf === 0 ? 0 : (leaf >> 2) + this.i32[leaf >> 2]! - 1;
  }

  /** Gives the element `ref`, which is in the index at `score`, another one: its last bytes. Call `reserve` first. */
  rescore(ref: number, score: number, newScore: number): void {
    if (score === newScore) return;
    const keeps = this.keepsPlace(ref, score, newScore);
    if (!keeps) this.removeFound(true);
    const { entries } = this;
    this.view.setFloat64(entries.valueOffset(ref) + entries.valueLength(ref) - 8, newScore, true);
    if (keeps) this.rescored(ref);
    else this.insert(ref);
  }

  /** The element that `keepsPlace` was asked of has its new score: the copies of it are renewed. */
  rescored(ref: number): void {
    const score = this.scoreOf(ref);
    this.f32[(this.leaf >> 2) + roundedAt + this.pos] = score;
    if (this.pos === 0) this.setFirst(ref, score);
  }

  /** The entry at `from` has moved to `to`, with the same member and score; both are still readable. */
  replace(from: number, to: number): boolean {
    if (this.root === 0) return false;
    const { entries, i32 } = this;
    const score = this.scoreOf(to);
    this.descend(score, Ties.lesser, this.u8, entries.keyOffset(to), entries.keyLength(to));
    const slot = (this.leaf >> 2) + leafHeadWords + this.pos;
    if (this.pos >= this.itemsOf(this.leaf) || i32[slot] !== from) return false;
    i32[slot] = to;
    if (this.pos === 0) this.setFirst(to, score);
    return true;
  }

  /** Puts the cursor at a bound and returns how many elements are before it. */
  seek(score: number, ties: Ties, bytes: Uint8Array, offset: number, length: number): number {
    if (this.root === 0) {
      this.leaf = 0;
      return 0;
    }
    this.descend(score, ties, bytes, offset, length);
    let rank = this.pos;
    for (let d = 0; d < this.height; d++) {
      const counts = (pathNode[d]! >> 2) + countsAt;
      for (let i = counts + pathItem[d]! - 1; i >= counts; i--) rank += this.i32[i]!;
    }
    return rank;
  }

  /**
   * Puts the cursor before (`Ties.none`) or behind (`Ties.all`) all elements with a score; returns how many are before.
   */
  seekScore(score: number, ties: typeof Ties.none | typeof Ties.all): number {
    return this.seek(score, ties, this.u8, 0, 0);
  }

  /** Puts the cursor before the element of a rank, behind all where there are fewer. */
  seekRank(rank: number): void {
    if (this.root === 0) {
      this.leaf = 0;
      return;
    }
    const { i32 } = this;
    let node = this.root;
    let rest = Math.min(rank, this.size);
    for (let d = 0; d < this.height; d++) {
      const w = node >> 2;
      const last = (i32[w]! & 0xffff) - 1;
      let i = 0;
      for (; i < last && rest >= i32[w + countsAt + i]!; i++) rest -= i32[w + countsAt + i]!;
      pathNode[d] = node;
      pathItem[d] = i;
      node = i32[w + innerHeadWords + i]!;
    }
    this.leaf = node;
    this.pos = rest;
  }

  /** The element of a rank below `size`. The cursor is behind it. */
  at(rank: number): number {
    this.seekRank(rank);
    return this.next();
  }

  /** The rank of the element with this score and member, which must be there. */
  rankOf(score: number, bytes: Uint8Array, offset: number, length: number): number {
    return this.seek(score, Ties.lesser, bytes, offset, length);
  }

  /** Moves the cursor behind the next element and returns that, 0 at the end. The index must not change meanwhile. */
  next(): number {
    const { i32 } = this;
    let w = this.leaf >> 2;
    if (this.leaf === 0) return 0;
    if (this.pos >= i32[w]!) {
      const after = i32[w + 3]!;
      if (after === 0) return 0;
      this.leaf = after;
      this.pos = 0;
      w = after >> 2;
    }
    return i32[w + leafHeadWords + this.pos++]!;
  }

  /** Moves the cursor before the element that precedes it and returns that, 0 at the front. */
  previous(): number {
    const { i32 } = this;
    let w = this.leaf >> 2;
    if (this.leaf === 0) return 0;
    if (this.pos === 0) {
      const before = i32[w + 2]!;
      if (before === 0) return 0;
      this.leaf = before;
      w = before >> 2;
      this.pos = i32[w]!;
    }
    return i32[w + leafHeadWords + --this.pos]!;
  }

  /** Frees up to `count` leaves, and the nodes that this leaves empty, from the end; returns whether any are left. */
  freeSlice(count: number): boolean {
    const { i32 } = this;
    this.leaf = 0;
    for (let n = 0; n < count && this.root !== 0; n++) {
      let depth = 0;
      let node = this.root;
      for (; depth < this.height; depth++) {
        pathNode[depth] = node;
        const w = node >> 2;
        node = i32[w + innerHeadWords + (i32[w]! & 0xffff) - 1]!;
      }
      this.nodes.free(node);
      while (depth > 0) {
        const w = pathNode[--depth]! >> 2;
        i32[w]! -= 1;
        if ((i32[w]! & 0xffff) > 0) break;
        this.nodes.free(pathNode[depth]!);
        if (depth === 0) this.height = 0;
      }
      if (this.height === 0) {
        this.root = 0;
        this.size = 0;
        this.nodes.leave(this);
      }
    }
    return this.root !== 0;
  }

  /** Points the index to where one of its nodes has been copied; false where `from` is no node of it. */
  moveBlock(from: number, to: number): boolean {
    const { i32, entries } = this;
    if (this.root === 0 || i32[(to >> 2) + 1] !== this.owner) return false;
    const level = i32[to >> 2]! >>> 16;
    const ref = i32[(to >> 2) + (level === 0 ? leafHeadWords : firstsAt)]!;
    // Bytes that only look like a node lead to some leaf, and the comparison with `from` tells.
    if (ref <= 0 || ref % 8 !== 0 || ref >= this.u8.length - 64 || entries.keyLength(ref) < 0) return false;
    const end = entries.valueOffset(ref) + entries.valueLength(ref);
    if (end < 8 || end > this.u8.length) return false;
    this.descend(this.scoreOf(ref), Ties.lesser, this.u8, entries.keyOffset(ref), entries.keyLength(ref));
    const leaf = this.leaf;
    this.leaf = 0;
    if (this.root === from) this.root = to;
    else {
      let d = this.height;
      while (d > 0 && (d === this.height ? leaf : pathNode[d]!) !== from) d -= 1;
      if (d === 0) return false;
      i32[(pathNode[d - 1]! >> 2) + innerHeadWords + pathItem[d - 1]!] = to;
    }
    if (level === 0) this.linkNeighbours(to);
    return true;
  }

  private linkNeighbours(leaf: number): void {
    const before = this.i32[(leaf >> 2) + 2]!;
    const after = this.i32[(leaf >> 2) + 3]!;
    if (before !== 0) this.i32[(before >> 2) + 3] = leaf;
    if (after !== 0) this.i32[(after >> 2) + 2] = leaf;
  }

  private itemsOf(node: number): number {
    return this.i32[node >> 2]! & 0xffff;
  }

  private firstOf(leaf: number): number {
    return leaf === 0 ? 0 : this.i32[(leaf >> 2) + leafHeadWords]!;
  }

  /** Whether the element `ref`, of score `own`, is before a bound. */
  private isBefore(
    own: number,
    ref: number,
    score: number,
    ties: Ties,
    bytes: Uint8Array,
    offset: number,
    length: number,
  ): boolean {
    if (own < score) return true;
    if (own > score) return false;
    if (ties < Ties.lesser) return ties === Ties.all;
    const { u8, entries } = this;
    const from = entries.keyOffset(ref);
    const ownLength = entries.keyLength(ref);
    const end = ownLength < length ? ownLength : length;
    for (let i = 0; i < end; i++) {
      const difference = u8[from + i]! - bytes[offset + i]!;
      if (difference !== 0) return difference < 0;
    }
    return ties === Ties.upTo ? ownLength <= length : ownLength < length;
  }

  /** Puts the cursor at a bound and notes the way there; an element that is the bound is looked for in its own leaf. */
  private descend(score: number, ties: Ties, bytes: Uint8Array, offset: number, length: number): void {
    const { i32, f64, f32 } = this;
    const above = ties === Ties.lesser ? Ties.upTo : ties;
    let node = this.root;
    for (let d = 0; d < this.height; d++) {
      const w = node >> 2;
      const scores = (node >> 3) + scoresAt;
      // The last child whose first element is before the bound, or else the first.
      let low = 0;
      let high = (i32[w]! & 0xffff) - 1;
      while (low < high) {
        const middle = (low + high + 1) >> 1;
        const first = i32[w + firstsAt + middle]!;
        if (this.isBefore(f64[scores + middle]!, first, score, above, bytes, offset, length)) low = middle;
        else high = middle - 1;
      }
      pathNode[d] = node;
      pathItem[d] = low;
      node = i32[w + innerHeadWords + low]!;
    }
    const first = (node >> 2) + leafHeadWords;
    const rounded = (node >> 2) + roundedAt;
    const near = Math.fround(score);
    let low = 0;
    let high = i32[node >> 2]!;
    while (low < high) {
      const middle = (low + high) >> 1;
      const own = f32[rounded + middle]!;
      if (own < near) low = middle + 1;
      else if (own > near) high = middle;
      else {
        const ref = i32[first + middle]!;
        if (this.isBefore(this.scoreOf(ref), ref, score, ties, bytes, offset, length)) low = middle + 1;
        else high = middle;
      }
    }
    this.leaf = node;
    this.pos = low;
  }

  /** The leaf descended to has a new first element: so have the nodes above of which it is the first. */
  private setFirst(ref: number, score: number): void {
    for (let d = this.height - 1; d >= 0; d--) {
      const node = pathNode[d]!;
      const item = pathItem[d]!;
      this.i32[(node >> 2) + firstsAt + item] = ref;
      this.f64[(node >> 3) + scoresAt + item] = score;
      if (item > 0) return;
    }
  }

  /** The first element of the leaf descended to has gone. */
  private renewFirst(): void {
    const { i32, leaf, height } = this;
    let ref = this.itemsOf(leaf) > 0 ? this.firstOf(leaf) : 0;
    // An empty leaf will take its items from the one behind it, or else be gone.
    if (ref === 0 && height > 0 && pathItem[height - 1] === 0) ref = this.firstOf(i32[(leaf >> 2) + 3]!);
    if (ref !== 0) this.setFirst(ref, this.scoreOf(ref));
  }

  /** One step towards room in the full leaf descended to; the way there is void afterwards. */
  private makeRoom(): void {
    const { height, leaf, pos } = this;
    let depth = height;
    if (height > 0) {
      const parent = pathNode[height - 1]!;
      const item = pathItem[height - 1]!;
      const w = leaf >> 2;
      const atEnd = (pos === 0 && this.i32[w + 2] === 0) || (pos === leafItemsMax && this.i32[w + 3] === 0);
      if (!atEnd && this.giveToNeighbour(parent, item)) return;
      while (depth > 0 && this.itemsOf(pathNode[depth - 1]!) === innerItemsMax) depth -= 1;
    }
    const node = depth === height ? leaf : pathNode[depth]!;
    if (depth === 0) this.growRoot(node);
    const parent = depth === 0 ? this.root : pathNode[depth - 1]!;
    this.split(parent, depth === 0 ? 0 : pathItem[depth - 1]!, node);
  }

  private giveToNeighbour(parent: number, item: number): boolean {
    const children = (parent >> 2) + innerHeadWords;
    for (const left of [item - 1, item]) {
      if (left < 0 || left + 1 >= this.itemsOf(parent)) continue;
      const other = this.i32[children + (left === item ? item + 1 : left)]!;
      if (this.itemsOf(other) > leafItemsMax - leafRoomMin) continue;
      this.level(parent, left);
      return true;
    }
    return false;
  }

  private growRoot(node: number): void {
    const { nodes } = this;
    const root = nodes.takeInner(this.owner, this.height + 1);
    assert(root !== 0, 'an order index grew without a reserve');
    this.height += 1;
    this.root = root;
    this.i32[root >> 2]! += 1;
    this.i32[(root >> 2) + innerHeadWords] = node;
    this.i32[(root >> 2) + countsAt] = this.size;
    this.copyFirst(root, 0, node);
  }

  /**
   * Child `item` of `parent`, which has room, becomes two; at either end of all leaves the old one stays nearly full.
   */
  private split(parent: number, item: number, node: number): void {
    const { i32, nodes } = this;
    const level = i32[node >> 2]! >>> 16;
    const fresh = level === 0 ? nodes.takeLeaf(this.owner) : nodes.takeInner(this.owner, level);
    assert(fresh !== 0, 'an order index was split without a reserve');
    const items = this.itemsOf(node);
    let moved = items >> 1;
    if (level === 0) {
      const after = i32[(node >> 2) + 3]!;
      if (after === 0 && this.pos === items) moved = 1;
      else if (i32[(node >> 2) + 2] === 0 && this.pos === 0) moved = items - 1;
      i32[(fresh >> 2) + 2] = node;
      i32[(fresh >> 2) + 3] = after;
      this.linkNeighbours(fresh);
    }
    this.openItem(parent, item + 1);
    i32[(parent >> 2) + innerHeadWords + item + 1] = fresh;
    i32[(parent >> 2) + countsAt + item + 1] = 0;
    this.shift(parent, item, -moved);
  }

  /** Moves the items of an inner node from `item` on one further. */
  private openItem(node: number, item: number): void {
    const { i32, f64 } = this;
    const w = node >> 2;
    const items = i32[w]! & 0xffff;
    for (const part of [innerHeadWords, countsAt, firstsAt]) {
      i32.copyWithin(w + part + item + 1, w + part + item, w + part + items);
    }
    const scores = (node >> 3) + scoresAt;
    f64.copyWithin(scores + item + 1, scores + item, scores + items);
    i32[w]! += 1;
  }

  private closeItem(node: number, item: number): void {
    const { i32, f64 } = this;
    const w = node >> 2;
    const items = i32[w]! & 0xffff;
    for (const part of [innerHeadWords, countsAt, firstsAt]) {
      i32.copyWithin(w + part + item, w + part + item + 1, w + part + items);
    }
    const scores = (node >> 3) + scoresAt;
    f64.copyWithin(scores + item, scores + item + 1, scores + items);
    i32[w]! -= 1;
  }

  /** Evens out children `left` and `left + 1` of an inner node. */
  private level(parent: number, left: number): void {
    const children = (parent >> 2) + innerHeadWords;
    const here = this.itemsOf(this.i32[children + left]!);
    const there = this.itemsOf(this.i32[children + left + 1]!);
    this.shift(parent, left, ((here + there) >> 1) - here);
  }

  /** Moves `items` items from child `left + 1` to the end of child `left`; a negative number the other way. */
  private shift(parent: number, left: number, items: number): void {
    const { i32 } = this;
    const children = (parent >> 2) + innerHeadWords;
    const from = i32[children + left]!;
    const to = i32[children + left + 1]!;
    const elements =
      i32[from >> 2]! >>> 16 === 0 ? this.shiftRefs(from, to, items) : this.shiftChildren(from, to, items);
    i32[(parent >> 2) + countsAt + left]! += elements;
    i32[(parent >> 2) + countsAt + left + 1]! -= elements;
    if (this.itemsOf(to) > 0) this.copyFirst(parent, left + 1, to);
  }

  private shiftRefs(left: number, right: number, items: number): number {
    this.shiftWords(left, right, items, leafHeadWords);
    this.shiftWords(left, right, items, roundedAt);
    this.i32[left >> 2]! += items;
    this.i32[right >> 2]! -= items;
    return items;
  }

  private shiftChildren(left: number, right: number, items: number): number {
    const { i32, f64 } = this;
    let elements = 0;
    if (items > 0) {
      const counts = (right >> 2) + countsAt;
      for (let i = 0; i < items; i++) elements += i32[counts + i]!;
    } else {
      const end = (left >> 2) + countsAt + this.itemsOf(left);
      for (let i = end + items; i < end; i++) elements -= i32[i]!;
    }
    for (const part of [innerHeadWords, countsAt, firstsAt]) this.shiftWords(left, right, items, part);
    const [here, there] = [(left >> 3) + scoresAt, (right >> 3) + scoresAt];
    shiftBetween(f64, here, this.itemsOf(left), there, this.itemsOf(right), items);
    i32[left >> 2]! += items;
    i32[right >> 2]! -= items;
    return elements;
  }

  private shiftWords(left: number, right: number, items: number, part: number): void {
    const [here, there] = [(left >> 2) + part, (right >> 2) + part];
    shiftBetween(this.i32, here, this.itemsOf(left), there, this.itemsOf(right), items);
  }

  /** Renews what an inner node says of the first element of child `item`. */
  private copyFirst(parent: number, item: number, child: number): void {
    const { i32, f64 } = this;
    const isLeaf = i32[child >> 2]! >>> 16 === 0;
    const ref = i32[(child >> 2) + (isLeaf ? leafHeadWords : firstsAt)]!;
    i32[(parent >> 2) + firstsAt + item] = ref;
    f64[(parent >> 3) + scoresAt + item] = isLeaf ? this.scoreOf(ref) : f64[(child >> 3) + scoresAt]!;
  }

  /** After a removal: nodes on the way that have too few items take some from a neighbour or join it. */
  private mend(): void {
    const { i32, nodes } = this;
    for (let d = this.height; d > 0; d--) {
      const node = d === this.height ? this.leaf : pathNode[d]!;
      const isLeaf = d === this.height;
      if (this.itemsOf(node) >= (isLeaf ? leafItemsMin : innerItemsMin)) break;
      const parent = pathNode[d - 1]!;
      if (this.itemsOf(parent) < 2) break;
      const left = Math.max(0, pathItem[d - 1]! - 1);
      const children = (parent >> 2) + innerHeadWords;
      const right = i32[children + left + 1]!;
      const both = this.itemsOf(i32[children + left]!) + this.itemsOf(right);
      if (both > (isLeaf ? leafItemsJoined : innerItemsJoined)) {
        this.level(parent, left);
        break;
      }
      this.shift(parent, left, this.itemsOf(right));
      if (isLeaf) this.unlink(right);
      this.closeItem(parent, left + 1);
      nodes.free(right);
    }
    while (this.height > 0 && this.itemsOf(this.root) === 1) {
      const old = this.root;
      this.root = i32[(old >> 2) + innerHeadWords]!;
      this.height -= 1;
      nodes.free(old);
    }
    if (this.size > 0) return;
    nodes.free(this.root);
    this.root = 0;
    this.leaf = 0;
    nodes.leave(this);
  }

  private unlink(leaf: number): void {
    const before = this.i32[(leaf >> 2) + 2]!;
    const after = this.i32[(leaf >> 2) + 3]!;
    if (before !== 0) this.i32[(before >> 2) + 3] = after;
    if (after !== 0) this.i32[(after >> 2) + 2] = before;
  }
}

/** Moves `items` cells from the front of the right run to the end of the left, or back where negative. */
function shiftBetween(
  cells: Int32Array | Float64Array,
  left: number,
  leftItems: number,
  right: number,
  rightItems: number,
  items: number,
): void {
  if (items > 0) {
    cells.copyWithin(left + leftItems, right, right + items);
    cells.copyWithin(right, right + items, right + rightItems);
  } else {
    cells.copyWithin(right - items, right, right + rightItems);
    cells.copyWithin(right, left + leftItems + items, left + leftItems);
  }
}
