// An extendible hash table of entries: the keyspace, and later the large form of collections. It maps the upper bits of
// a key's hash, through a directory, to segments; a full segment grows in quarter steps and then splits in two on its
// own, so there is no second table, no pause and no big block. Where entries go, two halves of a range that hold few
// join again, one pair at a time, and the directory becomes shorter when no segment needs its length: what a table
// takes follows what it holds, and so does what a walk through it or a random sample costs. A SCAN cursor is a hash
// prefix: segments are contiguous ranges of hashes, so an element present throughout a scan is visited whatever splits
// or joins meanwhile.
//
//   segment   word 0   live slots (16 bits) | deleted slots << 16
//             word 1   depth (8 bits) | slots << 8
//             slot     0 empty, 1 deleted, else entry offset / 8 (28 bits) | tag << 28 (4 bits of the hash)
//
// The hash is used as: upper `depth` bits the segment, lower 12 bits the place in it, bits 12-15 the tag.
import type { Arena } from './arena.ts';
import type { Entries } from './entry.ts';
import { expectedMax, type KeyHash } from './hash.ts';

const deleted = 1;
const depthMax = 20;
const headerWords = 2;
const two32 = 4294967296;
/** Slots by size of segment; it splits when it would outgrow the last. */
const slotSteps = [14, 30, 62, 126, 254, 350, 446];
const slotsMax = 446;
/** Slots of each half of a split segment. */
const halfSlots = 254;
/** A segment holds at most this share of its slots, deleted ones included. */
const fillMax = 0.84;
/**
 * A segment with a smaller share of its slots in use than one in two to the power of this shrinks, or joins its other
 * half.
 */
const sparseShift = 3;
/** Two halves join where they hold no more than this: far less than what splits a segment. */
const joinedLiveMax = 128;
/**
 * Entries that a segment is meant for at most where the table's size is known, so that chance rarely makes one outgrow
 * it.
 */
const expectedLiveMax = 300;
/** A split makes at most two to the power of this many segments, so that a wrong expectation costs little. */
const splitBitsMax = 3;
/** What `Table.warm` read: stored so that the reading is not optimised away. */
const warmed = new Int32Array(1);
/** The slots of a segment that is being swept: scratch of all tables. */
const sweptSlots = new Int32Array(slotsMax);
/** What a segment is being split into: scratch of all tables. */
const halves = new Int32Array(1 << splitBitsMax);
/** A smaller table stays in the cache by itself. */
const warmedLiveMin = 1024;
/** Slots beside a key's own place that it is looked for in, and words of an entry that are loaded: two cache lines. */
const warmedProbes = 2;
const warmedWords = 16;
/** Scratch of `Table.warmFor`: word indexes. */
const warmedPlaces = new Int32Array(expectedMax);

function slotsFor(live: number): number {
  for (const slots of slotSteps) if (live <= slots * fillMax) return slots;
  return slotsMax;
}

/**
 * An entry that the segment at `offset`, a block of `bytes`, holds; 0 where it holds none, undefined where it is no
 * segment for certain. What is returned need not be an entry, as the block need not be a segment: its table can tell.
 */
export function segmentEntry({ i32, u8 }: Arena, offset: number, bytes: number): number | undefined {
  const w = offset >> 2;
  const slots = i32[w + 1]! >>> 8;
  const first = w + headerWords;
  const isSegment = slotSteps.includes(slots) && (slots + headerWords) * 4 <= bytes;
  if (!isSegment || (i32[w + 1]! & 255) > depthMax || (i32[w]! & 0xffff) > slots) return undefined;
  for (let at = first; at < first + slots; at++) {
    const slot = i32[at]!;
    if (slot === 0 || slot === deleted) continue;
    const entry = (slot & 0x0fffffff) << 3;
    return entry > 0 && entry < u8.length - warmedWords * 4 ? entry : undefined;
  }
  return 0;
}

export class Table {
  private readonly arena: Arena;
  private readonly entries: Entries;
  private readonly hash: KeyHash;
  private readonly i32: Int32Array;
  /** Segment offsets by the upper `depth` bits of the hash; empty until the first insert. */
  private directory = new Int32Array(0);
  private depth = 0;
  /** Segments of that depth, which need a directory of this length. */
  private deepest = 0;
  private live = 0;
  private expected = 0;

  constructor(arena: Arena, entries: Entries, hash: KeyHash) {
    this.arena = arena;
    this.entries = entries;
    this.hash = hash;
    this.i32 = arena.i32;
  }

  get size(): number {
    return this.live;
  }

  /** Bytes of the directory, which lives outside the arena. */
  get directoryBytes(): number {
    return this.directory.byteLength;
  }

  /** Bytes of the segments. */
  get segmentBytes(): number {
    let bytes = 0;
    for (let i = 0; i < this.directory.length; i++) {
      const segment = this.directory[i]!;
      if (i === 0 || segment !== this.directory[i - 1]) bytes += this.arena.capacity(segment);
    }
    return bytes;
  }

  private segmentOf(hash: number): number {
    return this.depth === 0 ? this.directory[0]! : this.directory[hash >>> (32 - this.depth)]!;
  }

  /** The slot (a word index) of the key's entry, or 0. */
  find(hash: number, key: Uint8Array, offset: number, length: number): number {
    if (this.live === 0) return 0;
    const i32 = this.i32;
    const segment = this.segmentOf(hash) >> 2;
    const slots = i32[segment + 1]! >>> 8;
    const first = segment + headerWords;
    const end = first + slots;
    const tag = (hash >>> 12) & 15;
    let at = first + (((hash & 0xfff) * slots) >>> 12);
    for (;;) {
      const slot = i32[at]!;
      if (slot === 0) return 0;
      if (slot >>> 28 === tag && slot !== deleted) {
        if (this.entries.keyEquals((slot & 0x0fffffff) << 3, key, offset, length)) return at;
      }
      if (++at === end) at = first;
    }
  }

  /**
   * Loads into the cache what `find` of the first `count` of these hashes will read. These loads overlap, where those
   * of one find after another wait for each other.
   */
  warmFor(hashes: Int32Array, count: number): void {
    if (this.live < warmedLiveMin || this.depth === 0) return;
    const { i32, directory } = this;
    const places = warmedPlaces;
    const shift = 32 - this.depth;
    const last = i32.length - 1 - Math.max(warmedProbes, warmedWords);
    for (let i = 0; i < count; i++) {
      const hash = hashes[i]!;
      const segment = directory[hash >>> shift]! >> 2;
      const at = segment + headerWords + (((hash & 0xfff) * (i32[segment + 1]! >>> 8)) >>> 12);
      places[i] = Math.min(at, last);
    }
    for (let i = 0; i < count; i++) {
      const tag = (hashes[i]! >>> 12) & 15;
      let at = places[i]!;
      for (let k = 0; k < warmedProbes && i32[at]! >>> 28 !== tag; k++) at++;
      places[i] = Math.min((i32[at]! & 0x0fffffff) << 1, last);
    }
    let sum = 0;
    for (let i = 0; i < count; i++) sum ^= i32[places[i]!]! ^ i32[places[i]! + warmedWords]!;
    warmed[0] = sum;
  }

  /** The entry offset that a slot holds. */
  entryAt(slot: number): number {
    return (this.i32[slot]! & 0x0fffffff) << 3;
  }

  /** Points a slot to where its entry has moved. */
  moveEntry(slot: number, entry: number): void {
    this.i32[slot] = (this.i32[slot]! & ~0x0fffffff) | (entry >>> 3);
  }

  /** The slot that holds exactly this entry, or 0; `hash` is that of its key, which is not read. */
  slotOf(hash: number, entry: number): number {
    if (this.live === 0) return 0;
    const { i32 } = this;
    const segment = this.segmentOf(hash) >> 2;
    const slots = i32[segment + 1]! >>> 8;
    const first = segment + headerWords;
    const end = first + slots;
    const wanted = entry >>> 3;
    let at = first + (((hash & 0xfff) * slots) >>> 12);
    for (let slot = i32[at]!; slot !== 0; slot = i32[at]!) {
      if ((slot & 0x0fffffff) === wanted) return at;
      if (++at === end) at = first;
    }
    return 0;
  }

  /**
   * Points the directory to where the segment that has entries of this hash has been copied; false where that is not
   * `from`.
   */
  moveSegment(hash: number, from: number, to: number): boolean {
    if (this.segmentOf(hash) !== from) return false;
    this.point(hash, this.i32[(from >> 2) + 1]! & 255, to);
    return true;
  }

  /** The same of a segment without entries, which is looked for in the whole directory. */
  moveEmptySegment(from: number, to: number): boolean {
    const first = this.directory.indexOf(from);
    if (first < 0) return false;
    for (let i = first; this.directory[i] === from; i++) this.directory[i] = to;
    return true;
  }

  /**
   * Makes sure that the next `insert` of this hash succeeds: grows or splits its segment. False when there is no
   * memory. Slots found before are void afterwards.
   */
  reserve(hash: number, reserveBytes: number): boolean {
    if (this.directory.length === 0 && !this.begin(reserveBytes)) return false;
    for (;;) {
      const segment = this.segmentOf(hash) >> 2;
      const word0 = this.i32[segment]!;
      const slots = this.i32[segment + 1]! >>> 8;
      const live = word0 & 0xffff;
      if (live + (word0 >>> 16) + 1 <= slots * fillMax) return true;
      if (!this.makeRoom(segment << 2, hash, live, reserveBytes)) return false;
    }
  }

  /** Makes the first segment, or all where it is known how many there will be and there is memory for them. */
  private begin(reserveBytes: number): boolean {
    const depth = Math.min(depthMax, Math.ceil(Math.log2(Math.max(1, this.expected / expectedLiveMax))));
    const slots = this.expected === 0 ? slotSteps[0]! : this.expectedSlots(depth);
    const directory = new Int32Array(2 ** depth);
    for (let i = 0; i < directory.length; i++) {
      directory[i] = this.newSegment(depth, slots, reserveBytes);
      if (directory[i] !== 0) continue;
      for (const segment of directory.subarray(0, i)) this.arena.free(segment);
      this.expected = 0;
      return slots > slotSteps[0]! && this.begin(reserveBytes);
    }
    this.directory = directory;
    this.depth = depth;
    this.deepest = directory.length;
    return true;
  }

  /**
   * About `count` entries are expected, 0: nobody knows. A segment then grows and splits straight to the size that it
   * will need, and entries hardly move more than once.
   */
  expect(count: number): void {
    this.expected = count;
  }

  /** Gives back the room of entries that were expected and did not come. */
  trim(): void {
    const { i32 } = this;
    for (let at = 0; at < two32 && this.directory.length > 0; ) {
      const segment = this.segmentOf(at | 0);
      const live = i32[segment >> 2]! & 0xffff;
      const slots = i32[(segment >> 2) + 1]! >>> 8;
      if (live * 2 < slots) this.shrink(at | 0, slotsFor(live + (live >> 2)));
      // What it has joined meanwhile ends where the other half does.
      const width = 2 ** (32 - (i32[(this.segmentOf(at | 0) >> 2) + 1]! & 255));
      at = (Math.floor(at / width) + 1) * width;
    }
  }

  /** Adds an entry whose key is not in the table. Call `reserve` first. */
  insert(hash: number, entry: number): void {
    this.place(this.segmentOf(hash) >> 2, hash, entry);
    this.live += 1;
  }

  private place(segment: number, hash: number, entry: number): void {
    const i32 = this.i32;
    const slots = i32[segment + 1]! >>> 8;
    const first = segment + headerWords;
    const end = first + slots;
    let at = first + (((hash & 0xfff) * slots) >>> 12);
    while (i32[at]! !== 0 && i32[at] !== deleted) if (++at === end) at = first;
    if (i32[at] === deleted) i32[segment] = i32[segment]! - 0x10000;
    i32[at] = (entry >>> 3) | ((hash >>> 12) << 28);
    i32[segment] = i32[segment]! + 1;
  }

  /** Removes the entry of a slot found for `hash`; the entry itself stays the caller's. */
  remove(hash: number, slot: number): void {
    const i32 = this.i32;
    const offset = this.segmentOf(hash);
    const segment = offset >> 2;
    const slots = i32[segment + 1]! >>> 8;
    const first = segment + headerWords;
    const end = first + slots;
    let word0 = i32[segment]! - 1;
    const after = slot + 1 === end ? first : slot + 1;
    if (i32[after] === 0) {
      i32[slot] = 0;
      for (let before = slot === first ? end - 1 : slot - 1; i32[before] === deleted; ) {
        i32[before] = 0;
        word0 -= 0x10000;
        before = before === first ? end - 1 : before - 1;
      }
    } else {
      i32[slot] = deleted;
      word0 += 0x10000;
    }
    i32[segment] = word0;
    this.live -= 1;
    const live = word0 & 0xffff;
    if (live < slots >> sparseShift) this.shrink(hash, slotsFor(live * 2));
  }

  /**
   * Joins the segment of a hash with the other half of its range while both hold little; where that cannot be, gives it
   * `slots`, if those are fewer than it has. Without memory it stays as it is.
   */
  private shrink(hash: number, slots: number): void {
    let isJoined = false;
    while (this.joinHalves(hash)) isJoined = true;
    if (isJoined) {
      while (this.depth > 0 && this.deepest === 0) this.halveDirectory();
      return;
    }
    const segment = this.segmentOf(hash);
    if (slots < this.i32[(segment >> 2) + 1]! >>> 8) this.rebuild(segment, slots, 0);
  }

  /** False where the other half of the range is itself split, or both hold too much, or there is no memory. */
  private joinHalves(hash: number): boolean {
    const { i32 } = this;
    const segment = this.segmentOf(hash);
    const depth = i32[(segment >> 2) + 1]! & 255;
    if (depth === 0) return false;
    const other = this.segmentOf(hash ^ (1 << (32 - depth)));
    if ((i32[(other >> 2) + 1]! & 255) !== depth) return false;
    const live = (i32[segment >> 2]! & 0xffff) + (i32[other >> 2]! & 0xffff);
    if (live > joinedLiveMax) return false;
    const joined = this.newSegment(depth - 1, slotsFor(live * 2), 0);
    if (joined === 0) return false;
    halves[0] = joined;
    for (const half of [segment, other]) this.refill(half >> 2, depth - 1, 0);
    this.point(hash, depth - 1, joined);
    this.arena.free(segment);
    this.arena.free(other);
    if (depth === this.depth) this.deepest -= 2;
    return true;
  }

  private newSegment(depth: number, slots: number, reserveBytes: number): number {
    const bytes = (slots + headerWords) * 4;
    const segment = this.arena.alloc(bytes, reserveBytes);
    if (segment === 0) return 0;
    const w = segment >> 2;
    this.i32.fill(0, w, w + slots + headerWords);
    this.i32[w + 1] = depth | (slots << 8);
    return segment;
  }

  private makeRoom(segment: number, hash: number, live: number, reserveBytes: number): boolean {
    const word1 = this.i32[(segment >> 2) + 1]!;
    if (live + 1 <= (word1 >>> 8) * fillMax) {
      this.sweep(segment >> 2);
      return true;
    }
    const depth = word1 & 255;
    const wanted = slotsFor(live + 1);
    if (live + 1 > wanted * fillMax) return this.split(segment, hash, reserveBytes);
    return (
      this.rebuild(segment, Math.max(wanted, this.expectedSlots(depth)), reserveBytes) ||
      (this.expected > 0 && this.rebuild(segment, wanted, reserveBytes))
    );
  }

  /** Clears the deleted slots of segment `w` where it is: a table in which keys come and go needs no new memory. */
  private sweep(w: number): void {
    const { i32, entries, hash, arena } = this;
    const first = w + headerWords;
    const slots = i32[w + 1]! >>> 8;
    this.warm(w, first + slots);
    sweptSlots.set(i32.subarray(first, first + slots));
    i32.fill(0, first, first + slots);
    i32[w] = 0;
    for (let i = 0; i < slots; i++) {
      const slot = sweptSlots[i]!;
      if (slot === 0 || slot === deleted) continue;
      const entry = (slot & 0x0fffffff) << 3;
      this.place(w, hash.of(arena.u8, entries.keyOffset(entry), entries.keyLength(entry)), entry);
    }
  }

  /** Slots of a segment of this depth when all expected entries are there. */
  private expectedSlots(depth: number): number {
    const live = this.expected / 2 ** depth;
    return slotsFor(Math.ceil(live + 3 * Math.sqrt(live)));
  }

  /** Moves a segment's slots into a fresh one, dropping deleted ones. */
  private rebuild(segment: number, slots: number, reserveBytes: number): boolean {
    const w = segment >> 2;
    const depth = this.i32[w + 1]! & 255;
    const fresh = this.newSegment(depth, slots, reserveBytes);
    if (fresh === 0) return false;
    halves[0] = fresh;
    const hash = this.refill(w, depth, 0);
    if (hash === undefined) {
      // Empty: its range is that of whichever directory cells point to it.
      for (let i = 0; i < this.directory.length; i++)
        if (this.directory[i] === segment) this.directory[i] = fresh;
    } else this.point(hash, depth, fresh);
    this.arena.free(segment);
    return true;
  }

  /**
   * Distributes the entries of segment `w` over the segments in `halves` by the `bits` of their hash that follow the
   * first `depth`; returns the hash of any of them. Undefined also where one of the segments would overflow.
   */
  private refill(w: number, depth: number, bits: number): number | undefined {
    const { i32, entries, hash } = this;
    const end = w + headerWords + (i32[w + 1]! >>> 8);
    this.warm(w, end);
    const liveMax = (i32[(halves[0]! >> 2) + 1]! >>> 8) - 2;
    const mask = (1 << bits) - 1;
    let any: number | undefined;
    for (let at = w + headerWords; at < end; at++) {
      const slot = i32[at]!;
      if (slot === 0 || slot === deleted) continue;
      const entry = (slot & 0x0fffffff) << 3;
      const h = hash.of(this.arena.u8, entries.keyOffset(entry), entries.keyLength(entry));
      any = h;
      const half = halves[(h >>> (32 - depth - bits)) & mask]! >> 2;
      if ((i32[half]! & 0xffff) >= liveMax) return undefined;
      this.place(half, h, entry);
    }
    return any;
  }

  /**
   * Loads the entries of a segment into the cache: independent loads overlap, those of one hash after another do not.
   */
  private warm(w: number, end: number): void {
    const { i32 } = this;
    let sum = 0;
    for (let at = w + headerWords; at < end; at++) sum ^= i32[(i32[at]! & 0x0fffffff) << 1]!;
    warmed[0] = sum;
  }

  private split(segment: number, hash: number, reserveBytes: number): boolean {
    const depth = this.i32[(segment >> 2) + 1]! & 255;
    let bits = 1;
    while (bits < splitBitsMax && this.expected > expectedLiveMax * 2 ** (depth + bits)) bits++;
    const slots = Math.max(halfSlots, this.expectedSlots(depth + bits));
    return (
      this.splitInto(bits, slots, segment, hash, reserveBytes) ||
      this.splitInto(1, halfSlots, segment, hash, reserveBytes) ||
      this.splitInto(1, slotsMax, segment, hash, reserveBytes)
    );
  }

  /** Splits a segment into two to the power of `bits`; false where there is no room for them, or one would overflow. */
  private splitInto(
    bits: number,
    slots: number,
    segment: number,
    hash: number,
    reserveBytes: number,
  ): boolean {
    const w = segment >> 2;
    const depth = this.i32[w + 1]! & 255;
    const count = 1 << bits;
    if (depth + bits > depthMax) return false;
    let made = 0;
    while (made < count) {
      const half = this.newSegment(depth + bits, slots, reserveBytes);
      if (half === 0) break;
      halves[made++] = half;
    }
    if (made < count || this.refill(w, depth, bits) === undefined) {
      for (let i = 0; i < made; i++) this.arena.free(halves[i]!);
      return false;
    }
    while (this.depth < depth + bits) this.doubleDirectory();
    const first = depth === 0 ? 0 : hash & (-1 << (32 - depth));
    for (let i = 0; i < count; i++) this.point(first | (i << (32 - depth - bits)), depth + bits, halves[i]!);
    if (depth + bits === this.depth) this.deepest += count;
    this.arena.free(segment);
    return true;
  }

  private doubleDirectory(): void {
    const grown = new Int32Array(this.directory.length * 2);
    for (let i = 0; i < this.directory.length; i++) {
      grown[i * 2] = this.directory[i]!;
      grown[i * 2 + 1] = this.directory[i]!;
    }
    this.directory = grown;
    this.depth += 1;
    this.deepest = 0;
  }

  /** Every segment has two cells or more. */
  private halveDirectory(): void {
    const halved = new Int32Array(this.directory.length / 2);
    for (let i = 0; i < halved.length; i++) halved[i] = this.directory[i * 2]!;
    this.directory = halved;
    this.depth -= 1;
    let deepest = 0;
    for (let i = 0; i < halved.length; i += 2) if (halved[i] !== halved[i + 1]) deepest += 2;
    this.deepest = this.depth === 0 ? 1 : deepest;
  }

  /** Points all directory cells of the range that `hash` has at `depth` to a segment. */
  private point(hash: number, depth: number, segment: number): void {
    const cells = 1 << (this.depth - depth);
    const first = depth === 0 ? 0 : (hash >>> (32 - depth)) * cells;
    this.directory.fill(segment, first, first + cells);
  }

  /**
   * Visits entries in hash order from `cursor` (0 at first), about `count` of them and always whole groups of equal
   * prefix, and returns the cursor to go on from, 0 at the end. `visit` may remove the entry it is given, and nothing
   * else may change the table meanwhile.
   */
  scan(cursor: number, count: number, visit: (entry: number) => void): number {
    if (this.live === 0) return 0;
    const { i32 } = this;
    const segment = this.segmentOf(cursor | 0) >> 2;
    const depth = i32[segment + 1]! & 255;
    const live = i32[segment]! & 0xffff;
    const width = 2 ** (32 - depth);
    const segmentEnd = (Math.floor(cursor / width) + 1) * width;
    const parts = Math.min(2 ** Math.max(0, Math.ceil(Math.log2(live / count))), width);
    const until = Math.min(segmentEnd, (Math.floor(cursor / (width / parts)) + 1) * (width / parts));
    const whole = cursor % width === 0 && until === segmentEnd;
    const found: number[] = [];
    this.gather(segment, whole ? undefined : cursor, until, found);
    for (const entry of found) visit(entry);
    return until >= 4294967296 ? 0 : until;
  }

  /** Visits all entries whose hash is at least `from` and below `until`. */
  visitRange(from: number, until: number, visit: (entry: number) => void): void {
    const found: number[] = [];
    for (let at = from; at < until && this.live > 0; ) {
      const segment = this.segmentOf(at | 0) >> 2;
      const width = 2 ** (32 - (this.i32[segment + 1]! & 255));
      const end = (Math.floor(at / width) + 1) * width;
      this.gather(segment, at % width === 0 && end <= until ? undefined : at, until, found);
      at = end;
    }
    for (const entry of found) visit(entry);
  }

  /** Collects the entries of a segment; where `from` is given, those whose hash is at least that and below `until`. */
  private gather(segment: number, from: number | undefined, until: number, found: number[]): void {
    const { i32, entries, hash } = this;
    const end = segment + headerWords + (i32[segment + 1]! >>> 8);
    for (let at = segment + headerWords; at < end; at++) {
      const slot = i32[at]!;
      if (slot === 0 || slot === deleted) continue;
      const entry = (slot & 0x0fffffff) << 3;
      if (from !== undefined) {
        const h = hash.of(this.arena.u8, entries.keyOffset(entry), entries.keyLength(entry)) >>> 0;
        if (h < from || h >= until) continue;
      }
      found.push(entry);
    }
  }

  /** A random entry, or 0 when empty; `random` gives [0, 1). */
  sample(random: () => number): number {
    if (this.live === 0) return 0;
    const { i32 } = this;
    for (;;) {
      const segment = this.directory[Math.floor(random() * this.directory.length)]! >> 2;
      const slots = i32[segment + 1]! >>> 8;
      if ((i32[segment]! & 0xffff) === 0) continue;
      for (let tries = 0; tries < 8; tries++) {
        const slot = i32[segment + headerWords + Math.floor(random() * slots)]!;
        if (slot !== 0 && slot !== deleted) return (slot & 0x0fffffff) << 3;
      }
    }
  }

  /**
   * Frees the last `count` segments with their entries, each after `release` has been told; false when none is left.
   * For tables that are out of use.
   */
  drain(count: number, release?: (entry: number) => void): boolean {
    let end = this.directory.length;
    for (let n = 0; n < count && end > 0; n++) {
      const segment = this.directory[end - 1]!;
      const w = segment >> 2;
      const last = w + headerWords + (this.i32[w + 1]! >>> 8);
      for (let at = w + headerWords; at < last; at++) {
        const slot = this.i32[at]!;
        if (slot === 0 || slot === deleted) continue;
        const entry = (slot & 0x0fffffff) << 3;
        release?.(entry);
        this.arena.free(entry);
      }
      this.arena.free(segment);
      while (end > 0 && this.directory[end - 1] === segment) end -= 1;
    }
    this.directory = this.directory.subarray(0, end);
    return end > 0;
  }
}
