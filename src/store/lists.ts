// Lists as keys: how a command's change of the open list becomes deltas, and when a key comes, dies as a whole and
// goes. One list is open at a time (list/open-list.ts). How elements lie in memory, what is read and written of them,
// where pushes go, what joins mean: each is a file in list/. It knows no commands.
import { stampFrom } from '../base/clock.ts';
import type { BatchWriter } from '../delta/batch-writer.ts';
import type { ReplyWriter } from '../resp/reply-writer.ts';
import { boundOf, type Collection, clearWhole, greatestWith, metaWith, witnessDot } from './collection.ts';
import { EntryType, Form } from './entry.ts';
import { type Dot, emptyState, type KeyState } from './key-state.ts';
import { forgetDead, type Keyspace } from './keyspace.ts';
import { Element } from './list/element.ts';
import { EndPlaces } from './list/end-places.ts';
import { ListDeltas } from './list/list-deltas.ts';
import type { ListEnds } from './list/list-ends.ts';
import { memoriesOf } from './list/list-memories.ts';
import { ListNests } from './list/list-nests.ts';
import { ListReader } from './list/list-reader.ts';
import { elementExtraBytes, OpenList, packedBytesMax } from './list/open-list.ts';
import { positionBetween } from './list/position.ts';
import { requireFree } from './room.ts';
import { besideOf, StoodKey } from './stood-key.ts';
import type { Store } from './store.ts';

/** Chunks of dead elements that one look of the graveyard goes through. */
const prunedChunksMax = 64;
const zeroBytes = new Uint8Array(packedBytesMax);

export class Lists implements Collection {
  readonly type = EntryType.list;
  readonly store: Store;
  /** What is open, as joins, scans and repairs see it. */
  readonly opened: OpenList;
  readonly reader: ListReader;
  readonly deltas: ListDeltas;
  private readonly key: StoodKey;
  private readonly nests: ListNests;
  private readonly ends: EndPlaces;
  /** The element that is removed. */
  private readonly grave = new Element();

  /** `sibling`: another one for the same store, with which it shares the large lists and what knows chunks. */
  constructor(store: Store, sibling?: Lists) {
    this.store = store;
    this.key = new StoodKey(store, EntryType.list);
    this.nests = sibling?.nests ?? new ListNests(store);
    this.opened = new OpenList(store, this.key, this.nests);
    this.reader = new ListReader(this.opened);
    this.deltas = new ListDeltas(this.opened);
    this.ends = new EndPlaces(this.opened);
  }

  // ---- opening

  /**
   * Opens a key for the calls that follow; `key` must stay as it is meanwhile. Returns whether it exists. Throws
   * CommandError WRONGTYPE where it is of another type.
   */
  open(ks: Keyspace, key: Uint8Array, offset: number, length: number): boolean {
    this.standAt(this.key.find(ks, key, offset, length));
    return this.at !== 0;
  }

  /** Opens a key whose entry has been found: 0 = there is none. */
  stand(ks: Keyspace, hash: number, at: number, key: Uint8Array, offset: number, length: number): void {
    this.key.stand(ks, hash, key, offset, length);
    this.standAt(at);
  }

  private standAt(at: number): void {
    this.opened.stand(at);
    this.opened.reserveBytes = this.store.ground.reserveBytes;
  }

  /** Opens a key for a join: one that is buried is brought back, and `settle` buries it again. */
  openForJoin(ks: Keyspace, hash: number, key: Uint8Array, offset: number, length: number): void {
    this.stand(ks, hash, ks.entryOf(hash, key, offset, length), key, offset, length);
    if (this.at === 0) this.opened.stand(this.key.exhume());
  }

  // ---- what is open

  /** The open key's entry; 0 = there is none. */
  get at(): number {
    return this.opened.at;
  }

  get keyRange(): { readonly key: Uint8Array; readonly offset: number; readonly length: number } {
    return this.key.range;
  }

  /** Elements of the open list. */
  get size(): number {
    return this.at === 0 ? 0 : this.opened.live.count;
  }

  /** Elements of the list at `at`. */
  sizeAt(at: number): number {
    return this.opened.liveAt(at).count;
  }

  /** How far the living elements of the list at `at` reach. */
  endsAt(at: number): ListEnds {
    const { chunks } = this.opened;
    const live = this.opened.liveAt(at);
    const [first, last] = [live.chunkAt(0), live.chunkAt(live.size - 1)];
    return { first: chunks.rankOfEnd(first, true), last: chunks.rankOfEnd(last, false) };
  }

  // ---- local changes, each with its delta. They throw CommandError OOM, or that of a limit, and change nothing then

  /** Adds an element at one end; the list is made where there is none. */
  push(atFront: boolean, bytes: Uint8Array, offset: number, length: number): void {
    const { store, opened } = this;
    const { element: e } = opened;
    const isNew = opened.at === 0;
    store.checkLimits(this.key.length, length, isNew);
    opened.reserveBytes = store.ground.reserveBytes;
    if (isNew) this.createOwn(length);
    this.loadOwn(bytes, offset, length);
    this.ends.place(e, atFront);
    try {
      while (!(atFront ? opened.live.pushFirst(e) : opened.live.pushLast(e))) {
        opened.enlarge(length + elementExtraBytes, 0);
      }
    } catch (error) {
      if (isNew) this.settle();
      throw error;
    }
    this.recordInsert();
    this.touch();
  }

  /** Adds Latin-1 texts at the end, empty ones where there are none. */
  pushTexts(values: readonly (string | undefined)[]): void {
    const longest = values.reduce((most, value) => Math.max(most, value?.length ?? 0), 0);
    const bytes = Buffer.allocUnsafe(longest);
    for (const value of values) this.push(false, bytes, 0, bytes.write(value ?? '', 'latin1'));
  }

  /** Throws CommandError OOM unless pushes of all these values will succeed; `first` .. `end` index the ranges. */
  requireRoom(lengths: Int32Array, first: number, end: number): void {
    if (end - first < 2) return;
    let bytes = 2 * packedBytesMax;
    for (let i = first; i < end; i++) bytes += lengths[i]! + elementExtraBytes / 4;
    requireFree(this.store, bytes);
    // Grown in one step, it needs no blocks of other sizes on the way.
    if (!this.store.isStretched || this.at === 0) return;
    this.opened.reserveBytes = this.store.ground.reserveBytes;
    this.opened.enlarge(bytes - 2 * packedBytesMax, 0);
  }

  /** Inserts an element before the one at `index`. */
  insert(index: number, bytes: Uint8Array, offset: number, length: number): void {
    const { store, opened } = this;
    const { element: e } = opened;
    store.checkLimits(this.key.length, length, false);
    const [before, behind] = [opened.positionAt(index - 1), opened.positionAt(index)];
    const position = positionBetween(before, behind, store.random);
    this.loadOwn(bytes, offset, length);
    e.place.rank = position.rank;
    e.extension = position.extension;
    e.extensionOffset = 0;
    e.extensionLength = position.extension.length;
    opened.live.locate(index);
    opened.reserveBytes = store.ground.reserveBytes;
    opened.insertLocated(e);
    this.recordInsert();
    this.touch();
  }

  private recordInsert(): void {
    const { recorder } = this.store;
    if (recorder !== undefined) this.deltas.writeInsert(recorder, this.opened.element);
  }

  /** Gives the element at `index` a new value. */
  set(index: number, bytes: Uint8Array, offset: number, length: number): void {
    const { store, opened } = this;
    const { element: e } = opened;
    store.checkLimits(this.key.length, length, false);
    opened.seek(index);
    opened.loadFrom(e);
    opened.reserveBytes = store.ground.reserveBytes;
    store.clock.tick();
    const { hi, lo } = store.clock;
    e.dotOrigin = store.self;
    e.dotHi = hi;
    e.dotLo = lo;
    e.bytes = bytes;
    e.offset = offset;
    e.length = length;
    opened.rewriteLocated(e);
    if (store.recorder !== undefined) this.deltas.writeRewrite(store.recorder, e);
    // The element has said already that the key is a list.
    store.touch(this.at);
  }

  /** Removes the first or the last element, with which it replies if told to; the key goes with its last one. */
  pop(atFront: boolean, reply?: ReplyWriter): void {
    if (reply !== undefined) this.reader.replyEnd(atFront, reply);
    this.removeEnd(atFront);
    this.afterRemoval();
  }

  /** Removes the first or the last element by a delta. */
  private removeEnd(atFront: boolean): void {
    const { store, opened, grave } = this;
    const { clock, recorder, self } = store;
    const { keepsDead } = store.ground;
    opened.reserveBytes = 0;
    clock.tick();
    if (recorder !== undefined || keepsDead) {
      opened.seekEnd(atFront);
      opened.loadFrom(grave);
      if (keepsDead) opened.remember(grave, clock.hi, clock.lo, self);
    }
    if (atFront) opened.live.removeFirst();
    else opened.live.removeLast();
    if (recorder !== undefined) this.recordRemove(recorder);
  }

  /** Removes the element at `index`; the key goes with its last one. */
  remove(index: number): void {
    const { store, opened, grave } = this;
    const { clock, recorder, self } = store;
    opened.seek(index);
    opened.reserveBytes = 0;
    clock.tick();
    opened.loadFrom(grave);
    opened.bringOut(grave, clock.hi, clock.lo, self);
    if (recorder !== undefined) this.recordRemove(recorder);
    this.afterRemoval();
  }

  /** Removes so many elements from the front and from the end, which may be all there are. */
  trim(fromFront: number, fromEnd: number): void {
    const { store, opened } = this;
    if (store.recorder === undefined && !store.ground.keepsDead) {
      store.clock.tick();
      opened.live.removeFirsts(fromFront);
      opened.live.removeLasts(fromEnd);
    } else {
      for (let i = 0; i < fromFront; i++) this.removeEnd(true);
      for (let i = 0; i < fromEnd; i++) this.removeEnd(false);
    }
    this.afterRemoval();
  }

  private afterRemoval(): void {
    const { opened } = this;
    if (opened.live.count > 0) {
      opened.shrink();
      this.store.touch(opened.at);
    } else this.settle();
  }

  /** Says that what `grave` has is removed, by the event of this moment. */
  private recordRemove(recorder: BatchWriter): void {
    const { store, grave } = this;
    grave.dotHi = store.clock.hi;
    grave.dotLo = store.clock.lo;
    grave.dotOrigin = store.self;
    this.deltas.writeRemove(recorder, grave);
  }

  /** Removes the open list, which exists, by one clear. */
  clear(): void {
    clearWhole(this.store, this.key.ks.id, this);
  }

  /**
   * Puts copies of all elements, under new dots, over another key. Throws CommandError OOM before it has changed any.
   */
  shipTo(ks: Keyspace, key: Uint8Array, offset: number, length: number): void {
    const { store, at, opened, reader } = this;
    const { ks: ownKs, hash, bytes, offset: ownOffset, length: ownLength } = this.key;
    requireFree(store, opened.live.dataBytes() + 2 * packedBytesMax);
    store.remove(ks, key, offset, length);
    this.stand(ownKs, hash, at, bytes, ownOffset, ownLength);
    const to = store.lists;
    to.open(ks, key, offset, length);
    reader.each(0, opened.live.count, ({ bytes: value, offset: from, length: valueLength }) =>
      to.push(false, value, from, valueLength),
    );
  }

  /** The element to be written: a new one of this node. */
  private loadOwn(bytes: Uint8Array, offset: number, length: number): void {
    const { store } = this;
    const { element: e } = this.opened;
    store.clock.tick();
    const { place } = e;
    place.hi = store.clock.hi;
    place.lo = store.clock.lo;
    place.origin = store.self;
    e.extensionLength = 0;
    e.dotOrigin = 0;
    e.bytes = bytes;
    e.offset = offset;
    e.length = length;
  }

  /**
   * The event of what was just written becomes the greatest dot of the key. A removal says nothing that could win the
   * key from another type: what it removes has said it.
   */
  private touch(): void {
    const { store } = this;
    store.entries.setDot(this.at, store.self, store.clock.hi, store.clock.lo);
    store.touch(this.at);
  }

  // ---- the key: what is known of it beside its elements, and how it comes and goes

  greatest(): Dot {
    return greatestWith(this.store, this.at, this.meta());
  }

  meta(): KeyState {
    return this.at === 0 ? emptyState() : metaWith(this.store, this.at, this.opened.beside);
  }

  setMeta(state: KeyState): void {
    const { opened } = this;
    if (!this.store.ground.keepsDead) forgetDead(state);
    opened.setBeside(besideOf(state));
    const at = this.key.restate(this.at, state.expiry);
    if (at !== this.at) opened.stand(at);
  }

  /** The greatest dot at or below which every element is dead. */
  get bound(): Dot {
    return boundOf(this.beside(), this.store.ground.order);
  }

  /** What is remembered beside the elements of the open key, which may not be there; undefined = nothing. */
  private beside(): KeyState | undefined {
    if (this.at !== 0) return this.opened.beside;
    return this.key.ks.grave.size === 0 ? undefined : this.key.known();
  }

  /** Takes the dot of a joined delta into the greatest of the key. */
  witness(dot: Dot): void {
    witnessDot(this.store, this.at, dot);
  }

  filter(dot: Dot): void {
    this.opened.filter(dot);
  }

  prune(mayGo: (dots: readonly Dot[]) => boolean): number {
    const { opened } = this;
    const { chunks, dead } = opened;
    if (dead === undefined || dead.count === 0) return 0;
    const before = dead.count;
    const isDone = (): boolean => {
      const { place, dotHi, dotLo, dotOrigin } = chunks;
      const id = { stamp: stampFrom(place.hi, place.lo), origin: place.origin };
      return mayGo([id, { stamp: stampFrom(dotHi, dotLo), origin: dotOrigin }]);
    };
    // Where no room is left for a longer relation, the rest goes the next time, and of many chunks others are looked
    // at.
    const nest = opened.nestAt(opened.at);
    const last = nest === undefined || nest.pruneNext >= dead.size ? dead.size - 1 : nest.pruneNext;
    const first = Math.max(0, last - prunedChunksMax + 1);
    dead.removeWhere(isDone, last, first);
    if (nest !== undefined) nest.pruneNext = first === 0 ? Number.MAX_SAFE_INTEGER : first - 1;
    const gone = before - dead.count;
    if (opened.live.count > 0 || dead.count > 0) return gone;
    const meta = this.meta();
    this.key.own();
    this.release();
    this.key.save(meta);
    return gone;
  }

  /** The dots of all that is known of elements. */
  dots(): Dot[] {
    return memoriesOf(this.opened).flatMap(({ id, dot }) => (dot === undefined ? [id] : [id, dot]));
  }

  /** Makes the key as a command does: without the deadline that it had in an earlier life. */
  private createOwn(bytes: number): void {
    this.create(bytes);
    this.opened.stand(this.key.withoutDeadline(this.at));
  }

  /** Makes the key, or brings it back from the graveyard, for an element of `bytes`. */
  private create(bytes: number): void {
    const exhumed = this.key.exhume();
    if (exhumed !== 0) this.opened.stand(exhumed);
    else this.make(this.key.stateToBegin(), bytes);
  }

  /** Makes a key for a join, with what is known of it. */
  createForJoin(bytes: number): void {
    this.make(this.key.known(), bytes);
  }

  /** Makes the open key, empty, with this state beside its content, for an element of `bytes`. */
  private make(meta: KeyState, bytes: number): void {
    const { store, key, opened } = this;
    const length = opened.packedLength(bytes, meta.expiry.dot.stamp !== 0);
    opened.stand(key.make(meta, Form.packed, zeroBytes, length, store.self));
    opened.layEmpty();
    if (besideOf(meta) !== undefined) this.setMeta(meta);
    key.dropTomb();
    if (meta.kill !== undefined) this.witness(meta.kill.dot);
  }

  /** Gives the key's meta back to its entry; where no element lives, the key is buried, or goes altogether. */
  settleWith(meta: KeyState): void {
    if (this.opened.live.count > 0) this.setMeta(meta);
    else this.bury(meta);
  }

  settle(): void {
    if (this.at !== 0 && this.opened.live.count === 0) this.bury(this.meta());
  }

  private bury(meta: KeyState): void {
    if (this.store.ground.keepsDead && (this.opened.dead?.count ?? 0) > 0) {
      this.setMeta(meta);
      this.key.bury(this.at);
      this.opened.stand(0);
      return;
    }
    this.release();
    this.key.save(meta);
  }

  release(): void {
    this.opened.freeNest(this.at);
    this.key.forget(this.at);
    this.opened.stand(0);
  }

  // ---- all lists of the store

  /** Stamps of removals that large lists remember, about `count`, for an estimate of their age. */
  sampleDead(count: number): number[] {
    return this.nests.sampleDead(count);
  }

  /** Visits each block of all large lists, with a number of its list. */
  eachBlock(visit: (block: number, list: number) => void): void {
    this.nests.eachBlock(visit);
  }

  /** A block of the list with this number was copied from `from` to `to`: takes note; false where it has none there. */
  moveBlock(list: number, from: number, to: number): boolean {
    return this.nests.moveBlock(list, from, to);
  }
}
