// Lists as keys: the elements that live, those that are remembered as dead, the state of the key beside them, and how a
// command's change becomes deltas. One list is open at a time. What an element is in memory is the business of the files
// in list/; what joins mean for a list is in list/join-list.ts. It knows no commands.
//
//   packed  [pad to 4 bytes] u32 bytes of meta, meta (a packed KeyState, padded), chunk of the living [, chunk of the dead]
//   nest    u32 number of a ListNest
//
// A dead element is kept at its position with no value; its value's dot is the event that removed it.
import { assert } from '../base/assert.ts';
import { stampFrom, stampHi, stampLo } from '../base/clock.ts';
import type { BatchWriter } from '../delta/batch-writer.ts';
import type { VersionVector } from '../delta/vector.ts';
import type { ReplyWriter } from '../resp/reply-writer.ts';
import {
  boundOf,
  type Collection,
  clearWhole,
  flushedMeta,
  greatestWith,
  metaWith,
  originResidue,
  witnessDot,
} from './collection.ts';
import { EntryType, Form } from './entry.ts';
import { type Dot, emptyState, type KeyState, type Kill, raiseFloor } from './key-state.ts';
import { forgetDead, type Keyspace } from './keyspace.ts';
import { Chunks, chunkElementsMax, chunkHeaderBytes } from './list/chunk.ts';
import { Element } from './list/element.ts';
import { ListChunks } from './list/list-chunks.ts';
import type { ListEnds } from './list/list-ends.ts';
import { ListValue } from './list/list-value.ts';
import {
  type Position,
  positionBetween,
  positionBytesMax,
  rankAfter,
  rankBefore,
  rankStep,
  writeInteger,
} from './list/position.ts';
import { requireFree } from './room.ts';
import { besideOf, StoodKey } from './stood-key.ts';
import type { Store } from './store.ts';

/** A list whose packed form would be larger has its chunks in blocks of their own. */
const packedBytesMax = 4096;
const packedRoomMin = 40;
const listpackHeaderBytes = 7;
/** More than relations, attributes and the room that chunks keep free can add to an element. */
const elementExtraBytes = 64;
/** Packed lists with less in them than an eighth of their room give room back, down to this. */
const shrinkBytesMin = 512;

/** What a large list has beside its entry. */
export class ListNest {
  readonly live: ListChunks;
  readonly dead: ListChunks;
  /** The key's state but for its content; undefined = nothing worth remembering. */
  meta: KeyState | undefined;
  /** The chunk of the dead at which the graveyard goes on. */
  pruneNext = Number.MAX_SAFE_INTEGER;

  constructor(live: ListChunks, dead: ListChunks) {
    this.live = live;
    this.dead = dead;
  }
}

/** Chunks of dead elements that one look of the graveyard goes through. */
const prunedChunksMax = 64;
/** Ranks up to here have many after them. */
const plainRankMax = 2 ** 48;
const noBytes = new Uint8Array(0);
const zeroBytes = new Uint8Array(packedBytesMax);

export class Lists implements Collection {
  readonly type = EntryType.list;
  at = 0;
  /** The living elements of the open list, where they have been looked up. */
  private view: ListChunks | undefined;
  readonly chunks: Chunks;
  readonly value = new ListValue();
  /** The element that is written next. */
  readonly element = new Element();
  readonly store: Store;
  private readonly nests: (ListNest | undefined)[];
  private readonly freeNests: number[];
  /** Views of packed lists. */
  private readonly packedLive: ListChunks;
  private readonly packedDead: ListChunks;
  private readonly grave = new Element();
  private readonly position = new Uint8Array(positionBytesMax + 16);
  private readonly key: StoodKey;
  /** What the change under way leaves free: nothing where it removes. */
  private reserveBytes = 0;
  private residueOf = 0;
  private residue = 0;

  /** `sibling`: another one for the same store, with which it shares the large lists and what knows chunks. */
  constructor(store: Store, sibling?: Lists) {
    this.store = store;
    this.key = new StoodKey(store, EntryType.list);
    this.chunks = sibling?.chunks ?? new Chunks(store.arena);
    this.nests = sibling?.nests ?? [];
    this.freeNests = sibling?.freeNests ?? [];
    this.packedLive = this.newChunks(false);
    this.packedDead = this.newChunks(true);
  }

  private newChunks(isDead: boolean): ListChunks {
    const { store } = this;
    return new ListChunks(this.chunks, store.ground, (a, b) => store.origins.compare(a, b), isDead);
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
    this.lookAnew(at);
    this.reserveBytes = this.store.ground.reserveBytes;
  }

  get keyRange(): { readonly key: Uint8Array; readonly offset: number; readonly length: number } {
    return this.key.range;
  }

  /** Elements of the open list. */
  get size(): number {
    return this.at === 0 ? 0 : this.live.count;
  }

  /** The living elements of the open list, which there is. Void after the next change. */
  get live(): ListChunks {
    this.view ??= this.liveAt(this.at);
    return this.view;
  }

  /** Elements of the list at `at`. */
  sizeAt(at: number): number {
    return this.liveAt(at).count;
  }

  /** How far the living elements of the list at `at` reach. */
  endsAt(at: number): ListEnds {
    const { chunks } = this;
    const live = this.liveAt(at);
    const [first, last] = [live.chunkAt(0), live.chunkAt(live.size - 1)];
    return { first: chunks.rankOfEnd(first, true), last: chunks.rankOfEnd(last, false) };
  }

  private liveAt(at: number): ListChunks {
    const nest = this.nestAt(at);
    if (nest !== undefined) return nest.live;
    this.packedLive.fix(this.liveChunk(at));
    return this.packedLive;
  }

  /** The entry has moved, or has another form: what was known of where things are is void. */
  private lookAnew(at: number): void {
    this.at = at;
    this.view = undefined;
  }

  /** The dead elements that are remembered of the open list; undefined where there are none. */
  get dead(): ListChunks | undefined {
    const nest = this.nestAt(this.at);
    if (nest !== undefined) return nest.dead;
    const chunk = this.deadChunk(this.at);
    if (chunk === 0) return undefined;
    this.packedDead.fix(chunk);
    return this.packedDead;
  }

  /** The chunks of a list that is not packed. */
  nestAt(at: number): ListNest | undefined {
    if (this.store.entries.encoding(at) !== Form.nest) return undefined;
    const nest = this.nests[this.store.entries.nestNumber(at)];
    assert(nest !== undefined, 'an entry names a list that is gone');
    return nest;
  }

  private metaWord(at: number): number {
    return (this.store.entries.valueOffset(at) + 3) >> 2;
  }

  private liveChunk(at: number): number {
    const w = this.metaWord(at);
    return (w + 1) * 4 + this.store.arena.i32[w]!;
  }

  private deadChunk(at: number): number {
    const { entries } = this.store;
    const live = this.liveChunk(at);
    const chunk = live + this.chunks.room(live);
    return chunk + chunkHeaderBytes <= entries.valueOffset(at) + entries.valueLength(at) ? chunk : 0;
  }

  /** Bytes of an entry's list beside the entry. */
  outerBytes(at: number): number {
    const nest = this.nestAt(at);
    return nest === undefined ? 0 : nest.live.blockBytes() + nest.dead.blockBytes();
  }

  // ---- reading

  /** Reads the element at an index, which there must be, into `value`. */
  readAt(index: number): void {
    const { live } = this;
    live.locate(index);
    const at = this.chunks.elementAt(live.chunkAt(live.ordinal), live.k);
    this.value.read(this.store.arena.u8, this.chunks.valueAt(at));
  }

  /** Replies with `count` elements from `from` on, which there must be. */
  reply(from: number, count: number, reply: ReplyWriter): void {
    const { live, chunks } = this;
    live.locate(from);
    let { ordinal, k } = live;
    for (let rest = count; rest > 0; ordinal++) {
      const n = Math.min(rest, live.countAt(ordinal) - k);
      const chunk = live.chunkAt(ordinal);
      chunks.reply(chunks.elementAt(chunk, k), n, reply, this.value);
      rest -= n;
      k = 0;
    }
  }

  /**
   * The indexes of elements with this value, from the front or from the end: past `skip` of them, at most `limit`, with
   * at most `lookMax` elements looked at; 0 = no limit.
   */
  matches(
    bytes: Uint8Array,
    offset: number,
    length: number,
    fromEnd: boolean,
    lookMax: number,
    skip: number,
    limit: number,
  ): number[] {
    const { live, chunks } = this;
    const looks = lookMax === 0 ? live.count : Math.min(lookMax, live.count);
    const wanted = limit === 0 ? Number.POSITIVE_INFINITY : limit;
    const found: number[] = [];
    let passed = 0;
    let base = fromEnd ? live.count : 0;
    chunks.prepareNeedle(bytes, offset, length);
    for (let i = 0, rest = looks; rest > 0; i++) {
      const ordinal = fromEnd ? live.size - 1 - i : i;
      const count = live.countAt(ordinal);
      const n = Math.min(rest, count);
      if (fromEnd) base -= count;
      const inChunk = chunks.needlesIn(live.chunkAt(ordinal), fromEnd ? count - n : 0, n);
      if (fromEnd) inChunk.reverse();
      for (const k of inChunk) {
        if (passed++ < skip) continue;
        found.push(base + k);
        if (found.length === wanted) return found;
      }
      if (!fromEnd) base += count;
      rest -= n;
    }
    return found;
  }

  /** Whether the list at `at` would take no more than `bytesMax` in one listpack of Redis. */
  fitsListpack(at: number, bytesMax: number): boolean {
    const live = this.liveAt(at);
    // No value takes less there than here, but for two bytes an element.
    if (live.dataBytes() > 2 * bytesMax) return false;
    let bytes = listpackHeaderBytes;
    for (let ordinal = 0; ordinal < live.size; ordinal++) {
      let p = this.chunks.dataStart(live.chunkAt(ordinal));
      for (let n = live.countAt(ordinal); n > 0; n--) {
        p = this.chunks.valueAt(p);
        this.value.read(this.store.arena.u8, p);
        bytes += this.value.listpackBytes(this.store.arena.u8[p]!);
        p = this.chunks.behind(p);
      }
    }
    return bytes <= bytesMax;
  }

  // ---- local changes, each with its delta. They throw CommandError OOM, or that of a limit, and change nothing then

  /** Adds an element at one end; the list is made where there is none. */
  push(atFront: boolean, bytes: Uint8Array, offset: number, length: number): void {
    const { store, element: e } = this;
    store.checkLimits(this.key.length, length, this.at === 0);
    const isNew = this.at === 0;
    this.reserveBytes = store.ground.reserveBytes;
    if (isNew) this.createOwn(length);
    this.loadOwn(bytes, offset, length);
    this.placeAtEnd(atFront);
    try {
      while (!(atFront ? this.live.pushFirst(e) : this.live.pushLast(e))) {
        this.enlarge(length + elementExtraBytes, 0);
      }
    } catch (error) {
      if (isNew) this.settle();
      throw error;
    }
    this.recordInsert(e);
    this.touch();
  }

  /** Adds Latin-1 texts at the end, empty ones where there are none. */
  pushTexts(values: readonly (string | undefined)[]): void {
    const longest = values.reduce((most, value) => Math.max(most, value?.length ?? 0), 0);
    const bytes = Buffer.allocUnsafe(longest);
    for (const value of values) this.push(false, bytes, 0, bytes.write(value ?? '', 'latin1'));
  }

  /** Makes the key as a command does: without the deadline that it had in an earlier life. */
  private createOwn(bytes: number): void {
    this.create(bytes);
    this.lookAnew(this.key.withoutDeadline(this.at));
  }

  /** Throws CommandError OOM unless pushes of all these values will succeed; `first` .. `end` index the ranges. */
  requireRoom(lengths: Int32Array, first: number, end: number): void {
    if (end - first < 2) return;
    let bytes = 2 * packedBytesMax;
    for (let i = first; i < end; i++) bytes += lengths[i]! + elementExtraBytes / 4;
    requireFree(this.store, bytes);
    // Grown in one step, it needs no blocks of other sizes on the way.
    if (!this.store.isStretched || this.at === 0) return;
    this.reserveBytes = this.store.ground.reserveBytes;
    this.enlarge(bytes - 2 * packedBytesMax, 0);
  }

  /** Inserts an element before the one at `index`. */
  insert(index: number, bytes: Uint8Array, offset: number, length: number): void {
    const { store, element: e } = this;
    store.checkLimits(this.key.length, length, false);
    const position = positionBetween(this.positionAt(index - 1), this.positionAt(index), store.random);
    this.loadOwn(bytes, offset, length);
    e.place.rank = position.rank;
    e.extension = position.extension;
    e.extensionOffset = 0;
    e.extensionLength = position.extension.length;
    this.live.locate(index);
    this.reserveBytes = store.ground.reserveBytes;
    this.insertLocated(e);
    this.recordInsert(e);
    this.touch();
  }

  /** Inserts where the list of the living has been located. */
  insertLocated(e: Element): void {
    const { ordinal, k } = this.live;
    while (!this.live.insertHere(e)) {
      this.enlarge(e.length + e.extensionLength + elementExtraBytes, 0);
      this.standLive(ordinal, k);
    }
  }

  private positionAt(index: number): Position | undefined {
    const { live, chunks } = this;
    if (index < 0 || index >= live.count) return undefined;
    live.locate(index);
    chunks.seek(live.chunkAt(live.ordinal), live.k);
    const { extensionOffset: from } = chunks;
    const extension = this.store.arena.u8.slice(from, from + chunks.extensionLength);
    return { rank: chunks.place.rank, extension };
  }

  /** Gives the element at `index` a new value. */
  set(index: number, bytes: Uint8Array, offset: number, length: number): void {
    const { store, element: e, chunks } = this;
    store.checkLimits(this.key.length, length, false);
    const { live } = this;
    live.locate(index);
    chunks.seek(live.chunkAt(live.ordinal), live.k);
    this.loadFrom(e);
    this.reserveBytes = store.ground.reserveBytes;
    store.clock.tick();
    const { hi, lo } = store.clock;
    e.dotOrigin = store.self;
    e.dotHi = hi;
    e.dotLo = lo;
    e.bytes = bytes;
    e.offset = offset;
    e.length = length;
    this.rewriteLocated(e);
    this.recordRewrite(e);
    // The element has said already that the key is a list.
    store.touch(this.at);
  }

  /** Rewrites what the list of the living has located: value and dot of `e`, whose place it is. */
  rewriteLocated(e: Element): void {
    const { ordinal, k } = this.live;
    while (!this.live.rewriteHere(e)) {
      this.enlarge(e.length + elementExtraBytes, 0);
      this.standLive(ordinal, k);
    }
  }

  /** A copy of the value of the element at which `chunks` stands. */
  valueStoodOn(): Buffer {
    const { value, chunks, store } = this;
    value.read(store.arena.u8, chunks.value);
    return Buffer.from(value.bytes.subarray(value.offset, value.offset + value.length));
  }

  /** Reads the first or the last element into `value`; it stays. */
  readEnd(atFront: boolean): void {
    this.value.read(this.store.arena.u8, this.chunks.valueAt(this.endAt(atFront)));
  }

  /** Where the first or the last element stands. */
  private endAt(atFront: boolean): number {
    const { live, chunks } = this;
    if (atFront) return chunks.dataStart(live.chunkAt(0));
    const last = live.size - 1;
    return chunks.elementAt(live.chunkAt(last), live.countAt(last) - 1);
  }

  private standAtEnd(atFront: boolean): void {
    const { live, chunks } = this;
    if (!atFront) {
      chunks.openLast(live.chunkAt(live.size - 1));
      return;
    }
    chunks.open(live.chunkAt(0));
    chunks.next();
  }

  /** Removes the first or the last element, with which it replies if told to; the key goes with its last one. */
  pop(atFront: boolean, reply?: ReplyWriter): void {
    if (reply !== undefined) this.chunks.reply(this.endAt(atFront), 1, reply, this.value);
    this.removeEnd(atFront);
    this.afterRemoval();
  }

  /** Removes the first or the last element by a delta. */
  private removeEnd(atFront: boolean): void {
    const { store, grave } = this;
    const { clock, recorder, self } = store;
    const { keepsDead } = store.ground;
    this.reserveBytes = 0;
    clock.tick();
    if (recorder !== undefined || keepsDead) {
      this.standAtEnd(atFront);
      this.loadFrom(grave);
      if (keepsDead) this.remember(grave, clock.hi, clock.lo, self);
    }
    if (atFront) this.live.removeFirst();
    else this.live.removeLast();
    if (recorder !== undefined) this.recordRemove(recorder);
  }

  /** Removes the element at `index`; the key goes with its last one. */
  remove(index: number): void {
    const { live, chunks } = this;
    live.locate(index);
    chunks.seek(live.chunkAt(live.ordinal), live.k);
    this.removeStoodOn();
    this.afterRemoval();
  }

  /** Removes so many elements from the front and from the end, which may be all there are. */
  trim(fromFront: number, fromEnd: number): void {
    const { store } = this;
    if (store.recorder === undefined && !store.ground.keepsDead) {
      store.clock.tick();
      this.live.removeFirsts(fromFront);
      this.live.removeLasts(fromEnd);
    } else {
      for (let i = 0; i < fromFront; i++) this.removeEnd(true);
      for (let i = 0; i < fromEnd; i++) this.removeEnd(false);
    }
    this.afterRemoval();
  }

  private afterRemoval(): void {
    if (this.live.count > 0) {
      this.shrink();
      this.store.touch(this.at);
    } else this.settle();
  }

  /** Removes the element at which `chunks` and the list of the living stand, by a delta. */
  private removeStoodOn(): void {
    const { store, grave } = this;
    const { clock, recorder, self } = store;
    this.reserveBytes = 0;
    clock.tick();
    if (recorder !== undefined || store.ground.keepsDead) this.loadFrom(grave);
    this.bringOut(clock.hi, clock.lo, self);
    if (recorder !== undefined) this.recordRemove(recorder);
  }

  /** Says that what `grave` has is removed, by the event of this moment. */
  private recordRemove(recorder: BatchWriter): void {
    const { store, grave } = this;
    grave.dotHi = store.clock.hi;
    grave.dotLo = store.clock.lo;
    grave.dotOrigin = store.self;
    this.writeRemove(recorder, grave);
  }

  /** Moves the element at which the list of the living stands, whose place `grave` has, to the dead. */
  private bringOut(eventHi: number, eventLo: number, eventOrigin: number): void {
    const { ordinal, k } = this.live;
    if (this.store.ground.keepsDead) this.remember(this.grave, eventHi, eventLo, eventOrigin);
    this.standLive(ordinal, k);
    while (!this.live.removeHere()) {
      this.enlarge(elementExtraBytes, 0);
      this.standLive(ordinal, k);
    }
  }

  /** Locates the same element again after the list has been laid out anew. */
  private standLive(ordinal: number, k: number): void {
    const { live } = this;
    live.ordinal = ordinal;
    live.k = k;
  }

  /** Joins a removal of the element at which `chunks` and the list of the living stand. */
  removeLocated(eventHi: number, eventLo: number, eventOrigin: number): void {
    this.reserveBytes = 0;
    this.loadFrom(this.grave);
    this.bringOut(eventHi, eventLo, eventOrigin);
  }

  /** Enters an element, which is not there, among the dead. */
  remember(e: Element, eventHi: number, eventLo: number, eventOrigin: number): void {
    e.dotHi = eventHi;
    e.dotLo = eventLo;
    e.dotOrigin = eventOrigin;
    e.bytes = noBytes;
    e.offset = 0;
    e.length = 0;
    for (;;) {
      const { dead } = this;
      dead?.find(e);
      if (dead?.insertHere(e) === true) return;
      this.enlarge(0, e.extensionLength + elementExtraBytes);
    }
  }

  /** Gives a dead element, which the list of the dead has located, a later event. */
  rewriteDead(e: Element, eventHi: number, eventLo: number, eventOrigin: number): void {
    e.dotHi = eventHi;
    e.dotLo = eventLo;
    e.dotOrigin = eventOrigin;
    e.bytes = noBytes;
    e.offset = 0;
    e.length = 0;
    while (!this.dead!.rewriteHere(e)) {
      this.enlarge(0, elementExtraBytes);
      this.dead!.find(e);
    }
  }

  /** Removes the open list, which exists, by one clear. */
  clear(): void {
    clearWhole(this.store, this.key.ks.id, this);
  }

  /**
   * Puts copies of all elements, under new dots, over another key. Throws CommandError OOM before it has changed any.
   */
  shipTo(ks: Keyspace, key: Uint8Array, offset: number, length: number): void {
    const { store } = this;
    const { at } = this;
    const { ks: ownKs, hash, bytes, offset: ownOffset, length: ownLength } = this.key;
    requireFree(store, this.live.dataBytes() + 2 * packedBytesMax);
    store.remove(ks, key, offset, length);
    this.stand(ownKs, hash, at, bytes, ownOffset, ownLength);
    const to = store.lists;
    to.open(ks, key, offset, length);
    const from = this.live;
    for (let ordinal = 0; ordinal < from.size; ordinal++) {
      let element = this.chunks.dataStart(from.chunkAt(ordinal));
      for (let n = from.countAt(ordinal); n > 0; n--) {
        const value = this.chunks.valueAt(element);
        this.value.read(store.arena.u8, value);
        to.push(false, this.value.bytes, this.value.offset, this.value.length);
        element = this.chunks.behind(value);
      }
    }
  }

  // ---- elements

  /** The element to be written: a new one of this node. */
  private loadOwn(bytes: Uint8Array, offset: number, length: number): void {
    const { store, element: e } = this;
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

  /** Place and position, with a copy of the extension, of the element at which `chunks` stands. */
  loadFrom(e: Element): void {
    const { chunks } = this;
    e.place.copy(chunks.place);
    e.extensionLength = chunks.extensionLength;
    e.extensionOffset = 0;
    if (e.extensionLength === 0) return;
    const from = chunks.extensionOffset;
    e.extension = this.store.arena.u8.slice(from, from + e.extensionLength);
  }

  private placeAtEnd(atFront: boolean): void {
    const { live, chunks, element: e } = this;
    const { self } = this.store;
    if (this.residueOf !== self) this.takeResidue(self);
    const chunk = live.count === 0 ? 0 : live.chunkAt(atFront ? 0 : live.size - 1);
    const here = chunk === 0 ? undefined : chunks.rankOfEnd(chunk, atFront);
    const end = this.endWith(here, atFront);
    if (end === undefined) {
      e.place.rank = this.residue;
      return;
    }
    const isOwn = end === here && chunks.originOfEnd(chunk, atFront) === self;
    if (isOwn && end < plainRankMax && end > -plainRankMax) {
      e.place.rank = atFront ? end - rankStep : end + rankStep;
      return;
    }
    const rank = atFront ? rankBefore(end, this.residue) : rankAfter(end, this.residue);
    if (rank !== undefined) {
      e.place.rank = rank;
      return;
    }
    const isHere = end === here;
    const last = isHere ? this.positionAt(atFront ? 0 : live.count - 1) : { rank: end, extension: noBytes };
    const { random } = this.store;
    const beyond = atFront
      ? positionBetween(undefined, last, random)
      : positionBetween(last, undefined, random);
    e.place.rank = beyond.rank;
    e.extension = beyond.extension;
    e.extensionOffset = 0;
    e.extensionLength = beyond.extension.length;
  }

  /** The rank at one end, given that of what is here: of a list that is not held whole what is not here may be beyond. */
  private endWith(here: number | undefined, atFront: boolean): number | undefined {
    const { unheld } = this.store;
    if (!unheld.hasParts) return here;
    const ends = unheld.endsOf(this.key.ks, this.key.hash, this.key.bytes, this.key.offset, this.key.length);
    if (ends === undefined) return here;
    if (here === undefined) return atFront ? ends.first : ends.last;
    return atFront ? Math.min(here, ends.first) : Math.max(here, ends.last);
  }

  /** Nodes push at residues of their own, which come from their names. */
  private takeResidue(self: number): void {
    this.residue = originResidue(this.store);
    this.residueOf = self;
  }

  /** Writes a position to `position`; returns its length. */
  private writePosition(rank: number, extension: Uint8Array, offset: number, length: number): number {
    const end = writeInteger(rank, this.position, 0);
    for (let i = 0; i < length; i++) this.position[end + i] = extension[offset + i]!;
    return end + length;
  }

  private recordInsert(e: Element): void {
    const { recorder } = this.store;
    if (recorder !== undefined) this.writeInsert(recorder, e);
  }

  private writeInsert(writer: BatchWriter, e: Element): void {
    const length = this.writePosition(e.place.rank, e.extension, e.extensionOffset, e.extensionLength);
    const { key } = this;
    writer.insert(
      key.ks.id,
      key.bytes,
      key.offset,
      key.length,
      e.place.origin,
      e.place.hi,
      e.place.lo,
      this.position,
      0,
      length,
      e.bytes,
      e.offset,
      e.length,
    );
  }

  private recordRewrite(e: Element): void {
    const { recorder } = this.store;
    if (recorder !== undefined) this.writeRewrite(recorder, e);
  }

  private writeRewrite(writer: BatchWriter, e: Element): void {
    const length = this.writePosition(e.place.rank, e.extension, e.extensionOffset, e.extensionLength);
    const { key } = this;
    writer.rewrite(
      key.ks.id,
      key.bytes,
      key.offset,
      key.length,
      e.dotOrigin,
      e.dotHi,
      e.dotLo,
      e.place.origin,
      e.place.hi,
      e.place.lo,
      this.position,
      0,
      length,
      e.bytes,
      e.offset,
      e.length,
    );
  }

  /**
   * Appends the deltas of the elements of the open list that a peer's vector does not cover, chunk by chunk until at least
   * `elementsMax` were looked at. Returns whether the end was reached; else the cursor says where to go on.
   */
  emit(
    writer: BatchWriter,
    covered: VersionVector | undefined,
    elementsMax: number,
    cursor: ListCursor,
  ): boolean {
    let rest = elementsMax;
    if (!cursor.inDead) {
      rest -= this.emitChunks(writer, covered, rest, cursor, this.live);
      if (rest <= 0) return false;
      cursor.inDead = true;
      cursor.started = false;
    }
    const { dead } = this;
    if (dead === undefined) return true;
    rest -= this.emitChunks(writer, covered, rest, cursor, dead);
    return rest > 0;
  }

  /** Returns how many elements were looked at: fewer than `elementsMax` at the end. */
  private emitChunks(
    writer: BatchWriter,
    covered: VersionVector | undefined,
    elementsMax: number,
    cursor: ListCursor,
    list: ListChunks,
  ): number {
    const { chunks } = this;
    let skip = 0;
    list.ordinal = 0;
    if (cursor.started) {
      const isThere = list.find(cursor.last);
      skip = list.k + (isThere ? 1 : 0);
      if (list.size > 0 && skip === list.countAt(list.ordinal)) {
        list.ordinal += 1;
        skip = 0;
      }
    }
    let looks = 0;
    for (let { ordinal } = list; ordinal < list.size && looks < elementsMax; ordinal++, skip = 0) {
      chunks.open(list.chunkAt(ordinal));
      while (chunks.next()) if (chunks.index >= skip) this.emitStoodOn(writer, covered, cursor.inDead);
      looks += list.countAt(ordinal);
      this.loadFrom(cursor.last);
      cursor.started = true;
    }
    return looks;
  }

  private emitStoodOn(writer: BatchWriter, covered: VersionVector | undefined, isDead: boolean): void {
    const { chunks, element: e } = this;
    const { place, dotOrigin, dotHi, dotLo } = chunks;
    if (covered !== undefined) {
      const isDotNew = dotOrigin !== 0 && !covered.covers(dotOrigin, stampFrom(dotHi, dotLo));
      const isIdNew = !isDead && !covered.covers(place.origin, stampFrom(place.hi, place.lo));
      if (!isDotNew && !isIdNew) return;
    }
    this.loadFrom(e);
    e.dotOrigin = dotOrigin;
    e.dotHi = dotHi;
    e.dotLo = dotLo;
    if (isDead) {
      this.writeRemove(writer, e);
      return;
    }
    this.value.read(this.store.arena.u8, chunks.value);
    e.bytes = this.value.bytes;
    e.offset = this.value.offset;
    e.length = this.value.length;
    // A rewrite says all that an insert does.
    if (dotOrigin === 0) this.writeInsert(writer, e);
    else this.writeRewrite(writer, e);
  }

  private writeRemove(writer: BatchWriter, e: Element): void {
    const length = this.writePosition(e.place.rank, e.extension, e.extensionOffset, e.extensionLength);
    const { key } = this;
    writer.remove(
      key.ks.id,
      key.bytes,
      key.offset,
      key.length,
      e.dotOrigin,
      e.dotHi,
      e.dotLo,
      e.place.origin,
      e.place.hi,
      e.place.lo,
      this.position,
      0,
      length,
    );
  }

  // ---- the key beside its elements

  greatest(): Dot {
    return greatestWith(this.store, this.at, this.meta());
  }

  meta(): KeyState {
    return this.at === 0 ? emptyState() : metaWith(this.store, this.at, this.beside());
  }

  setMeta(state: KeyState): void {
    const { store } = this;
    if (!store.ground.keepsDead) forgetDead(state);
    const beside = besideOf(state);
    const nest = this.nestAt(this.at);
    if (nest !== undefined) nest.meta = beside;
    else if (beside !== undefined || store.arena.i32[this.metaWord(this.at)] !== 0)
      this.writePackedMeta(beside ?? emptyState());
    const at = this.key.restate(this.at, state.expiry);
    if (at !== this.at) this.lookAnew(at);
  }

  private writePackedMeta(state: KeyState): void {
    const { arena, entries, codec } = this.store;
    const packed = codec.pack(state);
    const before = arena.i32[this.metaWord(this.at)]!;
    const more = ((packed.length + 3) & ~3) - before;
    if (more > 0) {
      const length = entries.valueLength(this.at);
      if (length + more > packedBytesMax) {
        this.unpack();
        this.nestAt(this.at)!.meta = state;
        return;
      }
      this.resize(length + more);
      const w = this.metaWord(this.at);
      const from = (w + 1) * 4 + before;
      const end = entries.valueOffset(this.at) + length;
      arena.u8.copyWithin(from + more, from, end);
      arena.i32[w] = before + more;
    }
    arena.u8.set(codec.pack(state), this.metaWord(this.at) * 4 + 4);
  }

  killUpTo(kill: Kill, meta: KeyState): void {
    this.witness(kill.dot);
    this.filter(kill.dot);
    this.settleWith(meta);
  }

  flushTo(dot: Dot): void {
    const meta = flushedMeta(this.meta(), dot, this.store.ground.order);
    this.filter(dot);
    this.settleWith(meta);
  }

  prune(mayGo: (dots: readonly Dot[]) => boolean): number {
    const { chunks, dead } = this;
    if (dead === undefined || dead.count === 0) return 0;
    const before = dead.count;
    const isDone = (): boolean => {
      const { place, dotHi, dotLo, dotOrigin } = chunks;
      const id = { stamp: stampFrom(place.hi, place.lo), origin: place.origin };
      return mayGo([id, { stamp: stampFrom(dotHi, dotLo), origin: dotOrigin }]);
    };
    // Where no room is left for a longer relation, the rest goes the next time, and of many chunks others are looked at.
    const nest = this.nestAt(this.at);
    const last = nest === undefined || nest.pruneNext >= dead.size ? dead.size - 1 : nest.pruneNext;
    const first = Math.max(0, last - prunedChunksMax + 1);
    dead.removeWhere(isDone, last, first);
    if (nest !== undefined) nest.pruneNext = first === 0 ? Number.MAX_SAFE_INTEGER : first - 1;
    const gone = before - dead.count;
    if (this.live.count > 0 || dead.count > 0) return gone;
    const meta = this.meta();
    this.key.own();
    this.release();
    this.key.save(meta);
    return gone;
  }

  /**
   * Gives every element and every memory of a dead one, on whose dots `change` says so, other dots, or forgets it: for
   * repairs of a whole store.
   */
  remake(change: (element: ListMemory) => ListMemory | undefined): void {
    const memories = this.memories();
    const changed = memories.map(change);
    if (changed.every((m, i) => m === memories[i])) return;
    this.empty();
    const { element: e } = this;
    for (const memory of changed) {
      if (memory === undefined) continue;
      loadMemory(e, memory);
      if (memory.isDead) this.remember(e, e.dotHi, e.dotLo, e.dotOrigin);
      else if (!this.live.find(e)) this.insertLocated(e);
    }
  }

  /** Puts the values of `count` elements from `from` on, all of which are there, behind those of `out`, as Latin-1. */
  values(from: number, count: number, out: string[]): void {
    if (count === 0) return;
    const { live, chunks, value } = this;
    live.locate(from);
    let { ordinal, k } = live;
    for (let rest = count; rest > 0; ordinal++) {
      let n = Math.min(rest, live.countAt(ordinal) - k);
      rest -= n;
      let p = chunks.elementAt(live.chunkAt(ordinal), k);
      for (; n > 0; n--) {
        p = chunks.valueAt(p);
        value.read(this.store.arena.u8, p);
        const { bytes, offset, length } = value;
        out.push(Buffer.from(bytes.buffer, bytes.byteOffset + offset, length).toString('latin1'));
        p = chunks.behind(p);
      }
      k = 0;
    }
  }

  /** The dots of all that is known of elements. */
  dots(): Dot[] {
    return this.memories().flatMap(({ id, dot }) => (dot === undefined ? [id] : [id, dot]));
  }

  /** Copies of all that is known of elements, the living first. */
  memories(): ListMemory[] {
    const { chunks, value } = this;
    const { u8 } = this.store.arena;
    const out: ListMemory[] = [];
    for (const [list, isDead] of [
      [this.live, false],
      [this.dead, true],
    ] as const) {
      for (let ordinal = 0; ordinal < (list?.size ?? 0); ordinal++) {
        chunks.open(list!.chunkAt(ordinal));
        while (chunks.next()) {
          const { place, extensionOffset, dotOrigin } = chunks;
          value.read(u8, chunks.value);
          out.push({
            id: { stamp: stampFrom(place.hi, place.lo), origin: place.origin },
            rank: place.rank,
            extension: u8.slice(extensionOffset, extensionOffset + chunks.extensionLength),
            dot:
              dotOrigin === 0
                ? undefined
                : { stamp: stampFrom(chunks.dotHi, chunks.dotLo), origin: dotOrigin },
            bytes: value.bytes.slice(value.offset, value.offset + value.length),
            isDead,
          });
        }
      }
    }
    return out;
  }

  raiseTo(floor: Dot): boolean {
    const meta = this.meta();
    if (!raiseFloor(meta, floor, this.store.ground.order)) return false;
    this.filter(floor);
    this.settleWith(meta);
    return true;
  }

  /** Takes out the elements, living and dead, whose ids are at or below `dot`. */
  private filter(dot: Dot): void {
    const { chunks, store } = this;
    const { entries } = store;
    const isAll = store.compare({ stamp: entries.stamp(this.at), origin: entries.origin(this.at) }, dot) <= 0;
    const isDoomed = (): boolean =>
      isAll ||
      store.compare(
        { stamp: stampFrom(chunks.place.hi, chunks.place.lo), origin: chunks.place.origin },
        dot,
      ) <= 0;
    if (isAll) this.empty();
    else {
      while (!this.live.removeWhere(isDoomed)) this.enlarge(elementExtraBytes, 0);
      while (this.dead?.removeWhere(isDoomed) === false) this.enlarge(0, elementExtraBytes);
    }
  }

  private empty(): void {
    const nest = this.nestAt(this.at);
    if (nest !== undefined) {
      nest.live.free();
      nest.dead.free();
      return;
    }
    const { chunks } = this;
    const live = this.liveChunk(this.at);
    const dead = this.deadChunk(this.at);
    chunks.init(live, chunks.room(live));
    if (dead !== 0) chunks.init(dead, chunks.room(dead));
    this.view = undefined;
  }

  /** Gives the key's meta back to its entry; where no element lives, the key is buried, or goes altogether. */
  settleWith(meta: KeyState): void {
    if (this.live.count > 0) this.setMeta(meta);
    else this.bury(meta);
  }

  settle(): void {
    if (this.at !== 0 && this.live.count === 0) this.bury(this.meta());
  }

  private bury(meta: KeyState): void {
    if (this.store.ground.keepsDead && (this.dead?.count ?? 0) > 0) {
      this.setMeta(meta);
      this.key.bury(this.at);
      this.lookAnew(0);
      return;
    }
    this.release();
    this.key.save(meta);
  }

  release(): void {
    this.freeNest(this.at);
    this.key.forget(this.at);
    this.lookAnew(0);
  }

  /** Frees what an entry has outside its block. */
  freeNest(at: number): void {
    const nest = this.nestAt(at);
    if (nest === undefined) return;
    nest.live.free();
    nest.dead.free();
    const number = this.store.entries.nestNumber(at);
    this.nests[number] = undefined;
    this.freeNests.push(number);
  }

  /** Stamps of removals that large lists remember, about `count`, for an estimate of their age. */
  sampleDead(count: number): number[] {
    const { chunks } = this;
    const stamps: number[] = [];
    for (const nest of this.nests) {
      if (nest === undefined || stamps.length >= count) continue;
      const { dead } = nest;
      const stride = Math.max(1, Math.floor(dead.size / count));
      for (let ordinal = 0; ordinal < dead.size; ordinal += stride) {
        chunks.open(dead.chunkAt(ordinal));
        if (chunks.next()) stamps.push(stampFrom(chunks.dotHi, chunks.dotLo));
      }
    }
    return stamps;
  }

  /** A block was copied from `from` to `to`: takes note where it is a list's; false where it is not. */
  moveBlock(from: number, to: number): boolean {
    return this.nests.some((nest) => nest?.live.moveBlock(from, to) || nest?.dead.moveBlock(from, to));
  }

  /**
   * The event of what was just written becomes the greatest dot of the key. A removal says nothing that could win the key
   * from another type: what it removes has said it.
   */
  private touch(): void {
    const { store } = this;
    store.entries.setDot(this.at, store.self, store.clock.hi, store.clock.lo);
    store.touch(this.at);
  }

  /** The greatest dot at or below which every element is dead. */
  get bound(): Dot {
    return boundOf(this.beside(), this.store.ground.order);
  }

  /** What is remembered beside the elements of the open key, which may not be there; undefined = nothing. */
  private beside(): KeyState | undefined {
    const { at } = this;
    if (at === 0) return this.key.ks.grave.size === 0 ? undefined : this.key.known();
    const nest = this.nestAt(at);
    if (nest !== undefined) return nest.meta;
    const { arena, codec } = this.store;
    const w = this.metaWord(at);
    return arena.i32[w] === 0 ? undefined : codec.unpack(arena.u8, (w + 1) * 4);
  }

  /** Takes the dot of a joined delta into the greatest of the key. */
  witness(dot: Dot): void {
    witnessDot(this.store, this.at, dot);
  }

  // ---- blocks

  /** Opens a key for a join: one that is buried is brought back, and `settle` buries it again. */
  openForJoin(ks: Keyspace, hash: number, key: Uint8Array, offset: number, length: number): void {
    this.stand(ks, hash, ks.entryOf(hash, key, offset, length), key, offset, length);
    if (this.at === 0) this.lookAnew(this.key.exhume());
  }

  /** Makes the key, or brings it back from the graveyard, for an element of `bytes`. */
  private create(bytes: number): void {
    const exhumed = this.key.exhume();
    if (exhumed !== 0) this.lookAnew(exhumed);
    else this.make(this.key.stateToBegin(), bytes);
  }

  /** Makes a key for a join, with what is known of it. */
  createForJoin(bytes: number): void {
    this.make(this.key.known(), bytes);
  }

  /** Makes the open key, empty, with this state beside its content, for an element of `bytes`. */
  private make(meta: KeyState, bytes: number): void {
    const { store, key } = this;
    const { entries } = store;
    const room = bytes > packedBytesMax / 2 ? packedRoomMin : bytes + packedRoomMin;
    const length = this.filledLength(chunkHeaderBytes + room + 8, meta.expiry.dot.stamp !== 0);
    const at = key.make(meta, Form.packed, zeroBytes, length, store.self);
    this.lookAnew(at);
    const live = this.liveChunk(at);
    this.chunks.init(live, (entries.valueOffset(at) + length - live) & ~3);
    if (besideOf(meta) !== undefined) this.setMeta(meta);
    key.dropTomb();
    if (meta.kill !== undefined) this.witness(meta.kill.dot);
  }

  /** A length of the value, at least `length`, that fills the entry's block. */
  private filledLength(length: number, hasExpiry: boolean): number {
    const { entries, arena } = this.store;
    const bytes = entries.size(this.key.length, length, hasExpiry);
    const filled = length + arena.rounded(bytes) - bytes;
    // From 255 on the header says the length in four bytes more.
    return length < 255 && filled >= 255 ? Math.max(254, filled - 4) : filled;
  }

  /** Gives the open list's chunks that much more room, or turns it into a nest. Throws CommandError OOM. */
  private enlarge(liveBytes: number, deadBytes: number): void {
    if (this.nestAt(this.at) !== undefined) return;
    const { chunks } = this;
    const { entries } = this.store;
    const live = this.liveChunk(this.at);
    const dead = this.deadChunk(this.at);
    const room = chunks.room(live);
    const deadRoom = dead === 0 ? 0 : chunks.room(dead);
    const newDead = deadBytes === 0 ? deadRoom : deadGrowth(deadRoom, deadBytes);
    const newLive = liveBytes === 0 ? room : (room + Math.max(liveBytes + 32, room >> 1) + 3) & ~3;
    const before = entries.valueLength(this.at);
    const least = before + newLive - room + newDead - deadRoom;
    if (
      least > packedBytesMax ||
      chunks.countOf(live) >= chunkElementsMax ||
      (dead !== 0 && chunks.countOf(dead) >= chunkElementsMax)
    ) {
      this.unpack();
      return;
    }
    const length = this.filledLength(least, entries.hasExpiry(this.at));
    this.resize(length);
    this.layOut(deadRoom, newDead);
  }

  /** After the value has become longer: the dead stand at its end with `newDead` bytes, the living have the rest. */
  private layOut(deadRoom: number, newDead: number): void {
    const { chunks } = this;
    const { entries, arena } = this.store;
    const live = this.liveChunk(this.at);
    const oldDead = live + chunks.room(live);
    const end = entries.valueOffset(this.at) + entries.valueLength(this.at);
    const dead = newDead === 0 ? end : (end - newDead) & ~3;
    if (deadRoom > 0) arena.u8.copyWithin(dead, oldDead, oldDead + deadRoom);
    chunks.setRoom(live, (dead - live) & ~3);
    if (newDead === 0) return;
    if (deadRoom === 0) chunks.init(live + chunks.room(live), newDead);
    else chunks.setRoom(dead, newDead);
  }

  /** Moves the entry into a block for a value of `length` bytes; as much as there was is kept. */
  private resize(length: number): void {
    const { entries } = this.store;
    const kept = Math.min(length, entries.valueLength(this.at));
    this.lookAnew(this.key.ks.move(this.key.hash, this.at, kept, length, 0, this.reserveBytes));
  }

  /** Gives back room of a packed list that has become much smaller. */
  private shrink(): void {
    if (this.live !== this.packedLive) return;
    const { chunks } = this;
    const { entries, arena, ground } = this.store;
    const live = this.liveChunk(this.at);
    const room = chunks.room(live);
    const data = chunks.dataBytes(live);
    if (room < shrinkBytesMin || data * 8 > room || this.deadChunk(this.at) !== 0) return;
    const newRoom = (chunkHeaderBytes + 2 * data + elementExtraBytes + 3) & ~3;
    const length = entries.valueLength(this.at) - room + newRoom;
    if (arena.limitBytes - ground.reserveBytes - arena.usedBytes < packedBytesMax) return;
    chunks.pullLeft(live);
    this.resize(length);
    const moved = this.liveChunk(this.at);
    chunks.setRoom(moved, newRoom);
  }

  /** Turns the open list into a nest. Throws CommandError OOM and leaves it as it was where there is no memory. */
  private unpack(): void {
    const { store, chunks } = this;
    const { entries, arena } = store;
    const { u8 } = arena;
    const nest = new ListNest(this.newChunks(false), this.newChunks(true));
    const rest = { ...this.meta(), expiry: emptyState().expiry };
    if (arena.i32[this.metaWord(this.at)] !== 0) nest.meta = rest;
    const dead = this.deadChunk(this.at);
    try {
      const live = this.liveChunk(this.at);
      // A chunk of a nest holds something: an empty one would be taken for the first element's.
      if (chunks.countOf(live) > 0) nest.live.adopt(live);
      if (dead !== 0 && chunks.countOf(dead) > 0) nest.dead.adopt(dead);
      this.resize(4);
    } catch (error) {
      nest.live.free();
      nest.dead.free();
      throw error;
    }
    const number = this.freeNests.pop() ?? this.nests.length;
    this.nests[number] = nest;
    const p = entries.valueOffset(this.at);
    for (let i = 0; i < 4; i++) u8[p + i] = number >>> (8 * i);
    entries.setEncoding(this.at, Form.nest);
    this.view = undefined;
  }
}

/** All that is known of one element, as a copy. */
export interface ListMemory {
  readonly id: Dot;
  readonly rank: number;
  readonly extension: Uint8Array;
  /** Of the value where it was rewritten; of a dead element the event that removed it. */
  readonly dot: Dot | undefined;
  readonly bytes: Uint8Array;
  readonly isDead: boolean;
}

function loadMemory(e: Element, memory: ListMemory): void {
  const { id, rank, extension, dot, bytes } = memory;
  e.place.hi = stampHi(id.stamp);
  e.place.lo = stampLo(id.stamp);
  e.place.origin = id.origin;
  e.place.rank = rank;
  e.extension = extension;
  e.extensionOffset = 0;
  e.extensionLength = extension.length;
  e.dotOrigin = dot?.origin ?? 0;
  e.dotHi = stampHi(dot?.stamp ?? 0);
  e.dotLo = stampLo(dot?.stamp ?? 0);
  e.bytes = bytes;
  e.offset = 0;
  e.length = bytes.length;
}

function deadGrowth(room: number, need: number): number {
  const bytes = room === 0 ? chunkHeaderBytes + need + 64 : room + Math.max(need + 32, room >> 1);
  return (bytes + 3) & ~3;
}

/** Where an `emit` in slices stands: elements are visited by position, so others may come and go meanwhile. */
export class ListCursor {
  inDead = false;
  started = false;
  readonly last = new Element();
}
