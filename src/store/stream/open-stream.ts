// The stream that is open, as all that reads and changes one sees it: the key that it stands on, its entries and what
// is remembered of dead ones, and what its root says of it as a whole. It records nothing, and leaves it to others when
// a key comes and goes.
//
// The extent, last id and entries added, is of the delta with the greatest dot; without one the key does not live.
import { stampFrom, stampHi, stampLo } from '../../base/clock.ts';
import { StreamId } from '../../delta/stream-id.ts';
import { type Dot, type DotOrder, zeroDot } from '../key-state.ts';
import type { StoodKey } from '../stood-key.ts';
import type { Store } from '../store.ts';
import { DeadEntries } from './dead-entries.ts';
import { EntryChunks } from './entry-chunks.ts';
import { StreamEntry } from './entry-codec.ts';
import { StreamFields } from './fields.ts';
import type { StreamGroups } from './groups.ts';
import {
  addedWord,
  deadWord,
  deletedWord,
  extentWord,
  liveWord,
  type StreamNest,
  type StreamRoots,
} from './stream-roots.ts';
import { isTrimmed, type StreamTrim, withTrim } from './trims.ts';

const two32 = 4294967296;

export class OpenStream {
  /** The entry; 0 = there is none. */
  at = 0;
  readonly store: Store;
  readonly key: StoodKey;
  /** Void after the next change, but for what made it. */
  readonly live: EntryChunks;
  readonly dead: DeadEntries;
  /** The fields of the entry to be written, or of the one that was read. */
  readonly fields = new StreamFields();
  /** The entry to be written: its dot and id. */
  readonly entry = new StreamEntry();
  /** By which the root is found, and what there is beside it. */
  number = 0;
  private readonly roots: StreamRoots;
  private readonly i32: Int32Array;
  private readonly edge = new StreamId();
  /** Word index of the root. */
  private w = 0;

  constructor(store: Store, key: StoodKey, roots: StreamRoots) {
    const { ground, listpackLimits } = store;
    this.store = store;
    this.key = key;
    this.roots = roots;
    this.i32 = store.arena.i32;
    this.live = new EntryChunks(ground, listpackLimits.streamNode, { isGrave: false, hasDots: true });
    this.dead = new DeadEntries(ground);
  }

  /** Stands on another entry: 0 = on none. */
  stand(at: number): void {
    this.at = at;
    if (at === 0) {
      this.live.directory.reset();
      this.dead.chunks.directory.reset();
      return;
    }
    this.number = this.store.entries.nestNumber(at);
    this.w = this.roots.wordOf(this.number);
    this.live.directory.load(this.w + liveWord);
    this.dead.chunks.directory.load(this.w + deadWord);
  }

  /** Writes down where the chunks are after a change. */
  save(): void {
    this.saveLive();
    this.dead.chunks.directory.save(this.w + deadWord);
  }

  /** The same where only living entries changed. */
  saveLive(): void {
    this.live.directory.save(this.w + liveWord);
  }

  /** What there is beside the root, if anything. */
  get nest(): StreamNest | undefined {
    return this.roots.nest(this.number);
  }

  nestToWrite(): StreamNest {
    return this.roots.nestToWrite(this.number);
  }

  get groups(): StreamGroups | undefined {
    return this.nest?.groups;
  }

  get order(): DotOrder {
    return this.store.ground.order;
  }

  /** Bytes of the stream beside its entry. */
  get outerBytes(): number {
    const { live, dead, store } = this;
    const chunks = live.directory.blockBytes() + dead.chunks.directory.blockBytes();
    return store.arena.capacity(this.w << 2) + chunks + (this.groups?.blockBytes() ?? 0);
  }

  // ---- entries

  /** The dot of the living entry at which the living stand. */
  get liveDot(): Dot {
    const { stamp, origin } = this.live.codec;
    return { stamp, origin };
  }

  /** Reads the fields of the entry at which the living stand. */
  readFields(into: StreamFields = this.fields): void {
    const { codec, directory, ordinal } = this.live;
    const names = codec.namesAt(directory.chunkAt(ordinal));
    into.assemble(codec.u8, names, codec.bodyAt, codec.bodyLength, codec.hasNames);
  }

  /** Takes out the living entry at which the living stand. */
  takeOut(): void {
    this.live.remove();
    this.saveLive();
  }

  /** Enters a removed id, which is not there, among the dead. */
  remember(id: StreamId, kill: Dot, event: Dot): void {
    this.dead.insert(id, kill, event);
    this.save();
  }

  // ---- the root

  /** The last id given. */
  lastId(into: StreamId): StreamId {
    this.statedLast(into);
    if (this.live.count === 0) return into;
    const top = this.live.last(this.edge);
    return top.compare(into) > 0 ? into.copy(top) : into;
  }

  /** The last id of the extent: above it there may be entries that came late. */
  statedLast(into: StreamId): StreamId {
    return into.load(this.i32, this.w);
  }

  stateLast(id: StreamId): void {
    id.save(this.i32, this.w);
  }

  get added(): number {
    return Math.max(this.live.count, this.statedAdded);
  }

  /** Entries added, of the extent. */
  get statedAdded(): number {
    const { i32, w } = this;
    return (i32[w + addedWord + 1]! >>> 0) * two32 + (i32[w + addedWord]! >>> 0);
  }

  set statedAdded(n: number) {
    const { i32, w } = this;
    i32[w + addedWord] = n | 0;
    i32[w + addedWord + 1] = Math.floor(n / two32);
  }

  /** The greatest id that was deleted. */
  maxDeleted(into: StreamId): StreamId {
    return into.load(this.i32, this.w + deletedWord);
  }

  /** What is stated of the greatest id deleted: with peers, of which each knows its own, it only raises that. */
  stateDeleted(id: StreamId): void {
    if (this.store.ground.keepsDead) this.raiseDeleted(id);
    else id.save(this.i32, this.w + deletedWord);
  }

  raiseDeleted(id: StreamId): void {
    if (this.maxDeleted(this.edge).compare(id) < 0) id.save(this.i32, this.w + deletedWord);
  }

  get isAlive(): boolean {
    const { i32, w } = this;
    return i32[w + extentWord] !== 0 || i32[w + extentWord + 1] !== 0;
  }

  /** The dot of the extent; zeroDot = none. */
  get extentDot(): Dot {
    if (!this.isAlive) return zeroDot;
    const { i32 } = this;
    const w = this.w + extentWord;
    return { stamp: stampFrom(i32[w + 1]!, i32[w]!), origin: i32[w + 2]! };
  }

  setExtentDot(hi: number, lo: number, origin: number): void {
    const { i32 } = this;
    const w = this.w + extentWord;
    i32[w] = lo;
    i32[w + 1] = hi;
    i32[w + 2] = origin;
  }

  /**
   * Takes what a joined delta says of the stream as a whole, unless a later one has: of one dot the greater words hold,
   * as a scan tells less of an entry. Returns whether it changed anything.
   */
  joinExtent(dot: Dot, last: StreamId, added: number): boolean {
    const order = this.order(dot, this.extentDot);
    if (order < 0) return false;
    const keepsLast = order === 0 && this.statedLast(this.edge).compare(last) >= 0;
    const keepsAdded = order === 0 && this.statedAdded >= added;
    if (!keepsLast) this.stateLast(last);
    if (!keepsAdded) this.statedAdded = added;
    this.setExtentDot(stampHi(dot.stamp), stampLo(dot.stamp), dot.origin);
    return !keepsLast || !keepsAdded;
  }

  /** Forgets the extent: without one the key does not live. */
  clearExtent(): void {
    this.i32.fill(0, this.w, this.w + liveWord);
  }

  // ---- memories

  get trims(): readonly StreamTrim[] {
    return this.nest?.trims ?? [];
  }

  /** Remembers a trim, unless what is remembered says as much; whether it did. */
  rememberTrim(trim: StreamTrim): boolean {
    const trims = withTrim(this.trims, trim, this.order);
    if (trims !== undefined) this.nestToWrite().trims = trims;
    return trims !== undefined;
  }

  /** Forgets trims but for those of which `stays` says so. */
  keepTrims(stays: (trim: StreamTrim) => boolean): void {
    const { nest } = this;
    if (nest !== undefined) nest.trims = nest.trims.filter(stays);
  }

  /** Whether a trim that is remembered killed the entry of this id and dot. */
  isTrimmed(id: StreamId, dot: Dot): boolean {
    return isTrimmed(this.trims, id, dot, this.order);
  }

  get hasMemories(): boolean {
    return this.dead.count > 0 || this.trims.length > 0;
  }

  /** Takes out what of the stream is at or below `dot`. */
  filter(dot: Dot): void {
    const { store, live, dead, order } = this;
    const { entries } = store;
    const own = { stamp: entries.stamp(this.at), origin: entries.origin(this.at) };
    if (order(own, dot) <= 0) {
      this.empty();
      return;
    }
    if (live.count > 0) live.removeWhere(() => order(this.liveDot, dot) <= 0);
    if (dead.count > 0) dead.chunks.removeWhere(() => order(dead.kill, dot) <= 0);
    this.keepTrims((trim) => order(trim.dot, dot) > 0);
    if (order(this.extentDot, dot) <= 0) this.clearExtent();
    this.save();
  }

  /** Frees all but the root. */
  private empty(): void {
    this.roots.empty(this.number);
    this.live.directory.reset();
    this.dead.chunks.directory.reset();
  }

  /** Frees what the entry at `at` has outside its block, whatever is open: it is not opened for that. */
  freeNest(at: number): void {
    this.roots.remove(this.store.entries.nestNumber(at));
  }
}
