// The list that is open, as all that reads and changes one sees it: the key that it stands on, its living elements,
// those that are remembered as dead, and the form in which its entry has them. What an element is in memory is for
// chunk.ts. It records nothing, and leaves it to others when a key comes and goes.
//
//   packed  [pad to 4 bytes] u32 bytes of meta, meta (a packed KeyState, padded), chunk of the living [, chunk of the dead]
//   nest    u32 number of a ListNest
//
// A dead element is kept at its position with no value; its value's dot is the event that removed it.
import { assert } from '../../base/assert.ts';
import { stampFrom } from '../../base/clock.ts';
import { Form } from '../entry.ts';
import { type Dot, emptyState, type KeyState } from '../key-state.ts';
import type { StoodKey } from '../stood-key.ts';
import type { Store } from '../store.ts';
import { type Chunks, chunkElementsMax, chunkHeaderBytes } from './chunk.ts';
import { Element } from './element.ts';
import type { ListChunks } from './list-chunks.ts';
import { ListNest, type ListNests } from './list-nests.ts';
import type { Position } from './position.ts';

/** A list whose packed form would be larger has its chunks in blocks of their own. */
export const packedBytesMax = 4096;
const packedRoomMin = 40;
/** More than relations, attributes and the room that chunks keep free can add to an element. */
export const elementExtraBytes = 64;
/** Packed lists with less in them than an eighth of their room give room back, down to this. */
const shrinkBytesMin = 512;
const noBytes = new Uint8Array(0);

export class OpenList {
  /** The entry; 0 = there is none. */
  at = 0;
  /** What a change leaves free: nothing where it removes. */
  reserveBytes = 0;
  readonly store: Store;
  readonly key: StoodKey;
  readonly chunks: Chunks;
  private readonly nests: ListNests;
  /** The living elements, where they have been looked up. */
  private view: ListChunks | undefined;
  /** Views of packed lists. */
  private readonly packedLive: ListChunks;
  private readonly packedDead: ListChunks;
  /** The element that is written next. */
  readonly element = new Element();
  /** What a join moves to the dead. */
  private readonly grave = new Element();

  constructor(store: Store, key: StoodKey, nests: ListNests) {
    this.store = store;
    this.key = key;
    this.nests = nests;
    this.chunks = nests.chunks;
    this.packedLive = nests.newChunks(false);
    this.packedDead = nests.newChunks(true);
  }

  /**
   * Stands on another entry, 0 = on none, or on one that has another form: what was known of where things are is void.
   */
  stand(at: number): void {
    this.at = at;
    this.view = undefined;
  }

  /** The living elements of the list, which is there. Void after the next change. */
  get live(): ListChunks {
    this.view ??= this.liveAt(this.at);
    return this.view;
  }

  /** The living elements of the list at `at`. */
  liveAt(at: number): ListChunks {
    const nest = this.nestAt(at);
    if (nest !== undefined) return nest.live;
    this.packedLive.fix(this.liveChunk(at));
    return this.packedLive;
  }

  /** The dead elements that are remembered; undefined where there are none. */
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
    const nest = this.nests.get(this.store.entries.nestNumber(at));
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

  // ---- elements

  /** Stands at the element at an index, which there must be: the list of the living, and `chunks`. */
  seek(index: number): void {
    const { live, chunks } = this;
    live.locate(index);
    chunks.seek(live.chunkAt(live.ordinal), live.k);
  }

  /** Has `chunks` stand at the first or the last element. */
  seekEnd(atFront: boolean): void {
    const { live, chunks } = this;
    if (!atFront) {
      chunks.openLast(live.chunkAt(live.size - 1));
      return;
    }
    chunks.open(live.chunkAt(0));
    chunks.next();
  }

  /** The position of the element at an index; undefined where there is none. */
  positionAt(index: number): Position | undefined {
    const { live, chunks } = this;
    if (index < 0 || index >= live.count) return undefined;
    this.seek(index);
    const { extensionOffset: from } = chunks;
    const extension = this.store.arena.u8.slice(from, from + chunks.extensionLength);
    return { rank: chunks.place.rank, extension };
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

  /** Inserts where the list of the living has been located. */
  insertLocated(e: Element): void {
    const { ordinal, k } = this.live;
    while (!this.live.insertHere(e)) {
      this.enlarge(e.length + e.extensionLength + elementExtraBytes, 0);
      this.standLive(ordinal, k);
    }
  }

  /** Rewrites what the list of the living has located: value and dot of `e`, whose place it is. */
  rewriteLocated(e: Element): void {
    const { ordinal, k } = this.live;
    while (!this.live.rewriteHere(e)) {
      this.enlarge(e.length + elementExtraBytes, 0);
      this.standLive(ordinal, k);
    }
  }

  /** Moves the element at which the list of the living stands, whose place `e` has, to the dead. */
  bringOut(e: Element, eventHi: number, eventLo: number, eventOrigin: number): void {
    const { ordinal, k } = this.live;
    if (this.store.ground.keepsDead) this.remember(e, eventHi, eventLo, eventOrigin);
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
    this.bringOut(this.grave, eventHi, eventLo, eventOrigin);
  }

  /** Enters an element, which is not there, among the dead. */
  remember(e: Element, eventHi: number, eventLo: number, eventOrigin: number): void {
    makeDead(e, eventHi, eventLo, eventOrigin);
    for (;;) {
      const { dead } = this;
      dead?.find(e);
      if (dead?.insertHere(e) === true) return;
      this.enlarge(0, e.extensionLength + elementExtraBytes);
    }
  }

  /** Gives a dead element, which the list of the dead has located, a later event. */
  rewriteDead(e: Element, eventHi: number, eventLo: number, eventOrigin: number): void {
    makeDead(e, eventHi, eventLo, eventOrigin);
    while (!this.dead!.rewriteHere(e)) {
      this.enlarge(0, elementExtraBytes);
      this.dead!.find(e);
    }
  }

  /** Takes out the elements, living and dead, whose ids are at or below `dot`. */
  filter(dot: Dot): void {
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

  /** Takes all elements out, the dead too. */
  empty(): void {
    const nest = this.nestAt(this.at);
    if (nest !== undefined) {
      nest.free();
      return;
    }
    const { chunks } = this;
    const live = this.liveChunk(this.at);
    const dead = this.deadChunk(this.at);
    chunks.init(live, chunks.room(live));
    if (dead !== 0) chunks.init(dead, chunks.room(dead));
    this.view = undefined;
  }

  // ---- the form

  /** Makes the run of an entry that was made for `packedLength` bytes an empty list. */
  layEmpty(): void {
    const { entries } = this.store;
    const live = this.liveChunk(this.at);
    this.chunks.init(live, (entries.valueOffset(this.at) + entries.valueLength(this.at) - live) & ~3);
  }

  /** Bytes of the value of a new entry whose first element has so many. */
  packedLength(bytes: number, hasExpiry: boolean): number {
    const room = bytes > packedBytesMax / 2 ? packedRoomMin : bytes + packedRoomMin;
    return this.filledLength(chunkHeaderBytes + room + 8, hasExpiry);
  }

  /** A length of the value, at least `length`, that fills the entry's block. */
  private filledLength(length: number, hasExpiry: boolean): number {
    const { entries, arena } = this.store;
    const bytes = entries.size(this.key.length, length, hasExpiry);
    const filled = length + arena.rounded(bytes) - bytes;
    // From 255 on the header says the length in four bytes more.
    return length < 255 && filled >= 255 ? Math.max(254, filled - 4) : filled;
  }

  /** What is remembered beside the elements; undefined = nothing. */
  get beside(): KeyState | undefined {
    const nest = this.nestAt(this.at);
    if (nest !== undefined) return nest.meta;
    const { arena, codec } = this.store;
    const w = this.metaWord(this.at);
    return arena.i32[w] === 0 ? undefined : codec.unpack(arena.u8, (w + 1) * 4);
  }

  setBeside(state: KeyState | undefined): void {
    const nest = this.nestAt(this.at);
    if (nest !== undefined) nest.meta = state;
    else if (state !== undefined || this.store.arena.i32[this.metaWord(this.at)] !== 0)
      this.writePackedMeta(state ?? emptyState());
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

  /** Gives the chunks that much more room, or makes the list a nest. Throws CommandError OOM. */
  enlarge(liveBytes: number, deadBytes: number): void {
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
    this.stand(this.key.ks.move(this.key.hash, this.at, kept, length, 0, this.reserveBytes));
  }

  /** Gives back room of a packed list that has become much smaller. */
  shrink(): void {
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

  /** Makes the list a nest. Throws CommandError OOM and leaves it as it was where there is no memory. */
  private unpack(): void {
    const { store, chunks, nests } = this;
    const { entries, arena } = store;
    const { u8 } = arena;
    const nest = new ListNest(nests.newChunks(false), nests.newChunks(true));
    nest.meta = this.beside;
    const dead = this.deadChunk(this.at);
    try {
      const live = this.liveChunk(this.at);
      // A chunk of a nest holds something: an empty one would be taken for the first element's.
      if (chunks.countOf(live) > 0) nest.live.adopt(live);
      if (dead !== 0 && chunks.countOf(dead) > 0) nest.dead.adopt(dead);
      this.resize(4);
    } catch (error) {
      nest.free();
      throw error;
    }
    const number = nests.add(nest);
    const p = entries.valueOffset(this.at);
    for (let i = 0; i < 4; i++) u8[p + i] = number >>> (8 * i);
    entries.setEncoding(this.at, Form.nest);
    this.stand(this.at);
  }

  /** Frees what the entry at `at` has outside its block. */
  freeNest(at: number): void {
    if (this.nestAt(at) !== undefined) this.nests.remove(this.store.entries.nestNumber(at));
  }
}

/** A dead element has no value, and the event that removed it as its dot. */
function makeDead(e: Element, eventHi: number, eventLo: number, eventOrigin: number): void {
  e.dotHi = eventHi;
  e.dotLo = eventLo;
  e.dotOrigin = eventOrigin;
  e.bytes = noBytes;
  e.offset = 0;
  e.length = 0;
}

function deadGrowth(room: number, need: number): number {
  const bytes = room === 0 ? chunkHeaderBytes + need + 64 : room + Math.max(need + 32, room >> 1);
  return (bytes + 3) & ~3;
}
