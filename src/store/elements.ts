// The elements of hashes, sets and sorted sets: reading and changing them by name, in the packed form and in a nest. Each
// element is a little string key (key-state.ts), so a field is put, counted and cleared as a key is, and the deltas are
// those of keys with the element's name. One collection is open at a time; what the values mean is its type's business.
import { stampHi, stampLo } from '../base/clock.ts';
import { CommandError } from '../base/errors.ts';
import { copyBytes } from '../base/runs.ts';
import { outOfMemory, wrongType } from '../resp/errors.ts';
import { type Collection, clearWhole } from './collection.ts';
import { CopiedElements } from './copied-elements.ts';
import { Encoding, EntryType, Form } from './entry.ts';
import { dotsOf } from './graveyard.ts';
import {
  type Dot,
  type DotOrder,
  emptyState,
  greatestDot,
  isLive,
  joinExpire,
  type KeyState,
  type Kill,
  normalize,
  raiseFloor,
  visibleValue,
  yieldTo,
  zeroDot,
} from './key-state.ts';
import { forgetDead, type Keyspace, type States } from './keyspace.ts';
import { NameFilter } from './name-filter.ts';
import { Nest } from './nest.ts';
import { parseSafeInt } from './number.ts';
import type { OrderIndex } from './order-index.ts';
import {
  PackedCursor,
  PackedScratch,
  packedBytesMax,
  packedElementsMax,
  packedHeaderBytes,
} from './packed.ts';
import { requireFree } from './room.ts';
import { packScore, scoreBytes, scoreOfState, unpackScore } from './score.ts';
import { wholeSumEnd } from './state-codec.ts';
import type { Store } from './store.ts';

/** Receives one element: ranges of bytes that are valid during the call. */
export type ElementVisitor = (
  name: Uint8Array,
  nameOffset: number,
  nameLength: number,
  value: Uint8Array,
  valueOffset: number,
  valueLength: number,
) => void;

const noBytes = new Uint8Array(0);
/** Elements whose blocks tell of the size of all. */
const samplesOfSize = 64;

export class Elements implements States, Collection {
  /** The value last read: a range of bytes, valid until the store changes. */
  valueBytes: Uint8Array = noBytes;
  valueOffset = 0;
  valueLength = 0;
  /** The score that the member put last had before; 0 where it was not there. */
  scoreBefore = 0;
  /** The name of the element drawn last: a range of the arena, valid until the store changes. */
  drawnOffset = 0;
  drawnLength = 0;
  /** When the field last read expires, Unix ms; 0 = never. */
  deadlineMs = 0;
  /** The open key: its keyspace's number, its type, its entry (0 = none yet). */
  id = 0;
  type: number = 0;
  at = 0;
  /** What must stay free: nothing where something is removed. */
  private reserveBytes = 0;
  /** What `nest` has found, and for which entry. */
  private openNest: Nest | undefined;
  private nestOf = 0;
  /** The entry of the element drawn last, in a nest. */
  private drawnEntry = 0;
  /** Packed: where the record behind the one put last begins, from the value's start; in a sorted set its score, too. */
  private nextRecord = 0;
  private lastScore = 0;
  /** Of a command that puts several: how large the packed form may become, and the names that it has. */
  private expectedBytes = 0;
  private hasNames = false;
  /** Names that are looked for in all records before the filter is made; below 0: it is not worth it. */
  private missesLeft = -1;
  private readonly names = new NameFilter();
  private readonly store: Store;
  private readonly cursor = new PackedCursor();
  private readonly probe = new PackedCursor();
  private readonly scratch = new PackedScratch();
  private ks: Keyspace;
  private hash = 0;
  private key: Uint8Array = noBytes;
  private keyOffset = 0;
  private keyLength = 0;
  /** The name of what is being dropped. */
  private name = new Uint8Array(4096);

  constructor(store: Store) {
    this.store = store;
    this.ks = store.keyspaces[0]!;
  }

  /**
   * Opens a key for the calls that follow; `key` must stay as it is meanwhile. What has expired of a small hash goes, but
   * where `purges` is false. Returns whether the key exists. Throws CommandError WRONGTYPE where it is of another type.
   */
  open(ks: Keyspace, key: Uint8Array, offset: number, length: number, type: number, purges = true): boolean {
    const { store } = this;
    this.hash = store.hash.of(key, offset, length);
    const at = store.find(ks, this.hash, key, offset, length);
    if (at !== 0 && store.entries.type(at) !== type) throw new CommandError(wrongType);
    this.stand(ks, this.hash, at, key, offset, length, type);
    if (at === 0 || type !== EntryType.hash || !purges) return at !== 0;
    this.purgePacked();
    return this.at !== 0;
  }

  /** Opens a key whose entry has been found: 0 = there is none. */
  stand(
    ks: Keyspace,
    hash: number,
    at: number,
    key: Uint8Array,
    offset: number,
    length: number,
    type: number,
  ): void {
    this.ks = ks;
    this.id = ks.id;
    this.hash = hash;
    this.at = at;
    this.type = type;
    this.key = key;
    this.keyOffset = offset;
    this.keyLength = length;
    this.forgetNest();
    this.nextRecord = 0;
    this.expectedBytes = 0;
    this.missesLeft = -1;
  }

  /** The open key has another entry, or its entry another form. */
  private forgetNest(): void {
    this.nestOf = 0;
    this.openNest = undefined;
  }

  /** The open key's bytes. */
  get keyRange(): { readonly key: Uint8Array; readonly offset: number; readonly length: number } {
    return { key: this.key, offset: this.keyOffset, length: this.keyLength };
  }

  /** The nest of the open key, or undefined where it is packed or not there. */
  get nest(): Nest | undefined {
    if (this.nestOf !== this.at) {
      this.nestOf = this.at;
      this.openNest = this.at === 0 ? undefined : this.nestAt(this.at);
    }
    return this.openNest;
  }

  /** The nest that an entry names, or undefined. */
  nestAt(at: number): Nest | undefined {
    const { entries, nests } = this.store;
    return entries.encoding(at) === Form.nest ? nests.get(entries.nestNumber(at)) : undefined;
  }

  /** A cursor before the first record of the open key, which is packed. */
  packed(): PackedCursor {
    const { entries, arena } = this.store;
    this.cursor.open(arena, entries.valueOffset(this.at), entries.valueLength(this.at), this.type);
    return this.cursor;
  }

  /** Elements of the open key that are not hidden by their deadlines. */
  get shown(): number {
    const { size, nest } = this;
    if (size === 0 || this.type !== EntryType.hash) return size;
    let hidden = 0;
    if (nest === undefined) {
      const cursor = this.packed();
      if (!cursor.hasDeadlines) return size;
      while (cursor.nextLive()) if (this.isHidden(cursor)) hidden += 1;
    } else if (this.mayHide(nest)) {
      eachEntry(nest, (entry) => {
        if (this.store.isExpired(entry)) hidden += 1;
      });
    }
    return size - hidden;
  }

  /** Live elements of the open key, those that have expired and are not purged yet among them. */
  get size(): number {
    return this.at === 0 ? 0 : this.sizeAt(this.at);
  }

  /** Whether the hash at an entry has fields with deadlines; a small one: or had. */
  hasDeadlinesAt(at: number): boolean {
    const { entries, arena } = this.store;
    const nest = this.nestAt(at);
    if (nest !== undefined) return nest.elements.volatile > 0;
    this.probe.open(arena, entries.valueOffset(at), entries.valueLength(at), EntryType.hash);
    return this.probe.hasDeadlines;
  }

  sizeAt(at: number): number {
    const nest = this.nestAt(at);
    if (nest !== undefined) return nest.elements.table.size;
    const { entries, arena } = this.store;
    return arena.u8[entries.valueOffset(at) + 1]!;
  }

  /** About the bytes that an entry has outside its block: tables, and the elements by the size of some of them. */
  outerBytes(at: number): number {
    const nest = this.nestAt(at);
    if (nest === undefined) return 0;
    const { arena } = this.store;
    const { table, grave, order } = nest.elements;
    let bytes = order?.bytes ?? 0;
    for (const part of [table, grave]) {
      let seen = 0;
      let sampled = 0;
      part.scan(0, samplesOfSize, (entry) => {
        seen += 1;
        sampled += arena.capacity(entry);
      });
      bytes +=
        part.segmentBytes + part.directoryBytes + (seen > 0 ? Math.round((sampled / seen) * part.size) : 0);
    }
    return bytes;
  }

  /** Reads an element of the open key into valueBytes, valueOffset, valueLength; false where there is none. */
  get(name: Uint8Array, offset: number, length: number): boolean {
    if (this.at === 0) return false;
    const nest = this.nest;
    if (nest === undefined) {
      const cursor = this.packed();
      if (!cursor.find(name, offset, length) || !cursor.isLive || this.isHidden(cursor)) return false;
      this.readCursor(cursor);
      return true;
    }
    const hash = this.store.hash.of(name, offset, length);
    const entry = nest.elements.entryOf(hash, name, offset, length);
    if (entry === 0 || this.store.isExpired(entry)) return false;
    this.readEntry(entry);
    return true;
  }

  /** Reads the value of the live record that the cursor stands on as `get` does; false where it has expired. */
  readRecord(cursor: PackedCursor): boolean {
    if (cursor.isState && this.isHidden(cursor)) return false;
    this.readCursor(cursor);
    return true;
  }

  private readCursor(cursor: PackedCursor): void {
    if (this.type === EntryType.zset) {
      this.readScore(cursor.u8, cursor.after);
      return;
    }
    if (!cursor.isState) {
      this.valueBytes = cursor.u8;
      this.valueOffset = cursor.valueOffset;
      this.valueLength = cursor.valueLength;
      this.deadlineMs = 0;
      return;
    }
    const state = this.store.codec.unpack(cursor.u8, cursor.valueOffset);
    this.deadlineMs = state.expiry.deadlineMs;
    this.valueBytes = visibleValue(state, (a, b) => this.store.origins.compare(a, b)) ?? noBytes;
    this.valueOffset = 0;
    this.valueLength = this.valueBytes.length;
  }

  /** A member's value is its score, in whatever form it is kept. */
  private readScore(u8: Uint8Array, end: number): void {
    this.valueBytes = u8;
    this.valueOffset = end - scoreBytes;
    this.valueLength = scoreBytes;
    this.deadlineMs = 0;
  }

  private readEntry(entry: number): void {
    const { strings, entries, arena } = this.store;
    if (this.type === EntryType.zset) {
      this.readScore(arena.u8, entries.valueOffset(entry) + entries.valueLength(entry));
      return;
    }
    strings.read(entry);
    this.deadlineMs = entries.deadline(entry);
    this.valueBytes = strings.valueBytes;
    this.valueOffset = strings.valueOffset;
    this.valueLength = strings.valueLength;
  }

  /** Visits all elements of the open key; nothing may change it meanwhile. */
  each(visit: ElementVisitor): void {
    if (this.at === 0) return;
    const { nest } = this;
    if (nest === undefined) {
      const cursor = this.packed();
      while (cursor.nextLive()) {
        if (!this.readRecord(cursor)) continue;
        const { u8, nameOffset, nameLength } = cursor;
        visit(u8, nameOffset, nameLength, this.valueBytes, this.valueOffset, this.valueLength);
      }
      return;
    }
    let cursor = 0;
    do cursor = this.scanNest(nest, cursor, 512, visit, this.store.nowMs);
    while (cursor !== 0);
  }

  /**
   * Visits a part of the elements in an order that lets others come and go: SCAN's guarantee. `cursor` 0 at first;
   * returns the next, 0 at the end. Of a large collection it visits what has not expired at `atMs`, if that is given.
   */
  scan(cursor: number, count: number, visit: ElementVisitor, atMs = this.store.nowMs): number {
    const { nest } = this;
    if (nest !== undefined) return this.scanNest(nest, cursor, count, visit, atMs);
    this.each(visit);
    return 0;
  }

  private scanNest(nest: Nest, cursor: number, count: number, visit: ElementVisitor, atMs: number): number {
    const { store } = this;
    const { entries, arena } = store;
    return nest.elements.table.scan(cursor, count, (entry) => {
      if (store.isExpired(entry, atMs)) return;
      this.readEntry(entry);
      const { valueBytes, valueOffset, valueLength } = this;
      visit(
        arena.u8,
        entries.keyOffset(entry),
        entries.keyLength(entry),
        valueBytes,
        valueOffset,
        valueLength,
      );
    });
  }

  /** Visits the element at a random place of the open key, which shows some. */
  sample(random: () => number, visit: ElementVisitor): void {
    this.draw(random);
    if (this.nest === undefined) this.readCursor(this.cursor);
    else this.readEntry(this.drawnEntry);
    const { valueBytes, valueOffset, valueLength } = this;
    visit(this.store.arena.u8, this.drawnOffset, this.drawnLength, valueBytes, valueOffset, valueLength);
  }

  /** Draws an element at random of the open key, which shows some: see `drawnOffset` and `dropDrawn`. */
  draw(random: () => number): void {
    const { nest } = this;
    const { entries } = this.store;
    if (nest === undefined) {
      this.drawRecord(random);
      return;
    }
    const entry = this.drawEntry(nest, random);
    this.drawnEntry = entry;
    this.drawnOffset = entries.keyOffset(entry);
    this.drawnLength = entries.keyLength(entry);
  }

  private drawRecord(random: () => number): void {
    const { shown } = this;
    const cursor = this.packed();
    const { hasDeadlines } = cursor;
    for (let skip = Math.floor(random() * shown); skip >= 0; skip--) {
      do cursor.nextLive();
      while (hasDeadlines && this.isHidden(cursor));
    }
    this.drawnOffset = cursor.nameOffset;
    this.drawnLength = cursor.nameLength;
  }

  private drawEntry(nest: Nest, random: () => number): number {
    const { store } = this;
    const { table } = nest.elements;
    for (let tries = 0; tries < samplesMax; tries++) {
      const entry = table.sample(random);
      if (!store.isExpired(entry)) return entry;
    }
    let skip = Math.floor(random() * this.shown);
    let drawn = 0;
    eachEntry(nest, (entry) => {
      if (!store.isExpired(entry) && skip-- === 0) drawn = entry;
    });
    return drawn;
  }

  /**
   * Throws CommandError OOM where `count` elements with `bytes` of names and values would not fit: asked before the
   * first of several is put, so that all are or none.
   */
  requireRoom(count: number, bytes: number): void {
    if (count < 2) return;
    const { entries } = this.store;
    const packed = this.at === 0 ? 0 : entries.valueLength(this.at);
    const added = bytes + count * shippedBytes;
    requireFree(this.store, added + packedBytesMax + packed, bytes + count * packedOverheadBytes);
    this.expectMany(count, bytes);
  }

  /** Several elements are to be put into the open key: one that is packed is not walked through for each. */
  private expectMany(count: number, bytes: number): void {
    if (this.nest !== undefined) return;
    this.expectedBytes = this.at === 0 ? packedHeaderBytes + bytes + count * packedOverheadBytesMin : 0;
    this.missesLeft = count >= filteredMin ? 1 : -1;
    this.hasNames = false;
  }

  /**
   * Puts an element into the open key, which is made where it is not there. Returns whether the element is new. Throws
   * CommandError OOM, or that of a limit, and changes nothing then.
   */
  put(
    name: Uint8Array,
    offset: number,
    length: number,
    value: Uint8Array,
    valueOffset: number,
    valueLength: number,
  ): boolean {
    const { store } = this;
    store.checkLimits(length, valueLength, false);
    this.makeRoom(length + valueLength);
    const { nest } = this;
    if (nest === undefined) {
      try {
        return this.putPacked(name, offset, length, value, valueOffset, valueLength);
      } catch (error) {
        this.settle();
        throw error;
      }
    }
    // Before what is recorded here is of an element: a purge says so of its own.
    this.purgeNested(nest, name, offset, length);
    this.within();
    try {
      const isNew = this.putNested(nest, name, offset, length, value, valueOffset, valueLength);
      this.touch();
      return isNew;
    } finally {
      store.recorder?.outside();
    }
  }

  private putNested(
    nest: Nest,
    name: Uint8Array,
    offset: number,
    length: number,
    value: Uint8Array,
    valueOffset: number,
    valueLength: number,
  ): boolean {
    const { store } = this;
    const { elements } = nest;
    if (this.type !== EntryType.hash) {
      const { entries } = store;
      const { order } = elements;
      const entry = this.entryOf(name, offset, length);
      this.scoreBefore = entry === 0 || order === undefined ? 0 : order.scoreOf(entry);
      if (entry !== 0 && entries.encoding(entry) === Encoding.raw && !entries.hasExpiry(entry)) {
        this.putAgain(order, entry, name, offset, length, value, valueOffset, valueLength);
        return false;
      }
    }
    const before = elements.table.size;
    store.strings.set(elements, name, offset, length, value, valueOffset, valueLength, 0);
    return elements.table.size > before;
  }

  /** Puts a member whose entry holds its score, or nothing, and no more: what is put is of the same size. */
  private putAgain(
    order: OrderIndex | undefined,
    entry: number,
    name: Uint8Array,
    offset: number,
    length: number,
    value: Uint8Array,
    valueOffset: number,
    valueLength: number,
  ): void {
    const { store } = this;
    const { entries, clock, self } = store;
    if (order?.reserve(this.reserveBytes) === false) {
      store.ground.starved = true;
      throw new CommandError(outOfMemory);
    }
    const isForeign = entries.origin(entry) !== self;
    const baseOrigin = isForeign ? entries.origin(entry) : 0;
    const baseHi = isForeign ? entries.hi(entry) : 0;
    const baseLo = isForeign ? entries.lo(entry) : 0;
    clock.tick();
    entries.setDot(entry, self, clock.hi, clock.lo);
    order?.rescore(entry, this.scoreBefore, unpackScore(value, valueOffset));
    store.recorder?.put(
      this.id,
      name,
      offset,
      length,
      self,
      clock.hi,
      clock.lo,
      value,
      valueOffset,
      valueLength,
      true,
      0,
      baseOrigin,
      baseHi,
      baseLo,
    );
  }

  private putPacked(
    name: Uint8Array,
    offset: number,
    length: number,
    value: Uint8Array,
    valueOffset: number,
    valueLength: number,
  ): boolean {
    const { store } = this;
    const { clock, self } = store;
    const cursor = this.packed();
    const found = this.find(cursor, name, offset, length);
    if (found && cursor.isState)
      return this.putState(cursor, name, offset, length, value, valueOffset, valueLength);
    const isOrdered = this.type === EntryType.zset;
    const score = isOrdered ? unpackScore(value, valueOffset) : 0;
    const isForeign = found && cursor.origin !== self;
    const baseOrigin = isForeign ? cursor.origin : 0;
    const baseStamp = isForeign ? cursor.stamp : 0;
    const stamp = clock.next();
    if (isOrdered) this.scoreBefore = found ? cursor.score : 0;
    const keepsPlace = found && (!isOrdered || this.scoreBefore === score);
    if (keepsPlace && cursor.rewrite(stamp, self, value, valueOffset, valueLength)) {
      this.noteRecord(cursor.after - cursor.start, score);
    } else {
      this.putRecord(cursor, found, stamp, name, offset, length, value, valueOffset, valueLength, score);
    }
    if (store.recorder !== undefined) {
      this.within();
      store.recorder.put(
        this.id,
        name,
        offset,
        length,
        self,
        clock.hi,
        clock.lo,
        value,
        valueOffset,
        valueLength,
        true,
        0,
        baseOrigin,
        stampHi(baseStamp),
        stampLo(baseStamp),
      );
      store.recorder.outside();
    }
    this.touch();
    return !found;
  }

  /** Puts an element whose record the cursor stands on, and which is a packed state. */
  private putState(
    cursor: PackedCursor,
    name: Uint8Array,
    offset: number,
    length: number,
    value: Uint8Array,
    valueOffset: number,
    valueLength: number,
  ): boolean {
    const { store } = this;
    const isNew = !cursor.isLive;
    if (this.type === EntryType.zset) this.scoreBefore = isNew ? 0 : cursor.score;
    const copy = value.slice(valueOffset, valueOffset + valueLength);
    this.within();
    try {
      store.strings.setState(this, 0, name, offset, length, copy, 0);
    } finally {
      store.recorder?.outside();
    }
    this.touch();
    return isNew;
  }

  /** Writes a plain record of this node where it belongs, in place of the cursor's if that was found. */
  private putRecord(
    cursor: PackedCursor,
    found: boolean,
    stamp: number,
    name: Uint8Array,
    offset: number,
    length: number,
    value: Uint8Array,
    valueOffset: number,
    valueLength: number,
    score: number,
  ): void {
    const { scratch } = this;
    const { self } = this.store;
    const isLast = !found && this.type !== EntryType.zset && cursor.baseOrigin === self;
    if (isLast && this.appendRecord(cursor, stamp, name, offset, length, value, valueOffset, valueLength))
      return;
    scratch.clear();
    scratch.plain(name, offset, length, stamp, self, cursor.baseStamp, cursor.baseOrigin);
    this.scratchValue(value, valueOffset, valueLength);
    this.placeRecord(cursor, found, name, offset, length, score);
    if (!found) this.packed().liveCount += 1;
  }

  /** Writes a record behind the last one; false where the block has no room for it. */
  private appendRecord(
    cursor: PackedCursor,
    stamp: number,
    name: Uint8Array,
    offset: number,
    length: number,
    value: Uint8Array,
    valueOffset: number,
    valueLength: number,
  ): boolean {
    const bytes = cursor.end - cursor.start + cursor.plainBytes(length, stamp, valueLength);
    if (!this.ks.holds(this.at, bytes, true)) return false;
    cursor.append(name, offset, length, stamp, value, valueOffset, valueLength);
    this.store.entries.setValueLength(this.at, bytes);
    return true;
  }

  /** Finds the record of a name that is to be put, first behind that of the one put last. */
  private find(cursor: PackedCursor, name: Uint8Array, offset: number, length: number): boolean {
    const { nextRecord, names } = this;
    if (nextRecord > 0 && cursor.isAt(cursor.start + nextRecord, name, offset, length)) return true;
    if (this.missesLeft === 0 && this.isNewName(cursor, name, offset, length)) {
      names.add(name, offset, length);
      return false;
    }
    if (this.missesLeft > 0) this.missesLeft -= 1;
    return cursor.find(name, offset, length);
  }

  /** Whether a name is surely not there; the first to ask has the filter made. */
  private isNewName(cursor: PackedCursor, name: Uint8Array, offset: number, length: number): boolean {
    const { names } = this;
    if (!this.hasNames) {
      this.hasNames = true;
      names.clear();
      cursor.rewind();
      while (cursor.next()) names.add(cursor.u8, cursor.nameOffset, cursor.nameLength);
    }
    return names.lacks(name, offset, length);
  }

  /**
   * Puts the record in the scratch, that of a live element, where it belongs, in place of the cursor's if that was found.
   * A member of a sorted set belongs before the first live one that is greater.
   */
  private placeRecord(
    cursor: PackedCursor,
    found: boolean,
    name: Uint8Array,
    offset: number,
    length: number,
    score: number,
  ): void {
    const isOrdered = this.type === EntryType.zset;
    if (!found) {
      const { start, end } = cursor;
      // Members often come in their order.
      const isLater = this.nextRecord > 0 && score > this.lastScore;
      const first = isLater ? start + this.nextRecord : cursor.recordsOffset;
      const target = isOrdered ? cursor.placeOf(first, score, name, offset, length) : end;
      this.splice(target, 0);
      this.noteRecord(target - start + this.scratch.length, score);
      return;
    }
    const { pos, after } = cursor;
    let target = pos;
    if (isOrdered && !(cursor.isLive && cursor.score === score)) {
      const isLater = cursor.isLive && cursor.score < score;
      target = cursor.placeOf(isLater ? after : cursor.recordsOffset, score, name, offset, length);
      // Its own place is before and behind itself.
      if (target === after) target = pos;
    }
    this.splice(pos, after - pos, target);
    if (target === pos) this.noteRecord(pos - cursor.start + this.scratch.length, score);
  }

  private noteRecord(next: number, score: number): void {
    this.nextRecord = next;
    this.lastScore = score;
  }

  /**
   * Adds a whole number to the score of a member of the open key that only this node has counted on, in place. Returns
   * the new score; undefined, with nothing changed, where it is another case.
   */
  countInPlace(name: Uint8Array, offset: number, length: number, by: number): number | undefined {
    const { store, cursor } = this;
    const { entries, codec, clock } = store;
    const { view } = store.arena;
    if (this.at === 0) return undefined;
    const order = this.nest?.elements.order;
    const entry = order === undefined ? 0 : this.entryOf(name, offset, length);
    if (order === undefined) {
      if (!this.packed().find(name, offset, length) || !cursor.isState || !cursor.isLive) return undefined;
    } else if (entry === 0 || entries.encoding(entry) !== Encoding.state) return undefined;
    const state = entry === 0 ? cursor.valueOffset : entries.valueOffset(entry);
    const slot = codec.loneSlot(view, state, store.self);
    if (slot === 0 || codec.slotStamp(view, slot) < store.markSinceStamp) return undefined;
    const sum = codec.slotSum(view, slot) + by;
    const score = codec.base + sum;
    if (Math.abs(sum) >= wholeSumEnd || !Number.isFinite(score)) return undefined;
    if (order !== undefined && !order.reserve(store.ground.reserveBytes)) return undefined;
    codec.setSlot(view, slot, clock.next(), sum);
    const run = codec.slotRun(view, slot);
    if (order === undefined) this.rescoreRecord(cursor, name, offset, length, score);
    else {
      entries.setDot(entry, store.self, clock.hi, clock.lo);
      this.scoreBefore = order.scoreOf(entry);
      order.rescore(entry, this.scoreBefore, score);
    }
    this.recordCount(name, offset, length, run, sum);
    store.touch(this.at);
    return score;
  }

  private entryOf(name: Uint8Array, offset: number, length: number): number {
    return this.nest!.elements.entryOf(this.store.hash.of(name, offset, length), name, offset, length);
  }

  /** Gives the member on whose record the cursor stands, whose name is known, another score, and its place. */
  private rescoreRecord(
    cursor: PackedCursor,
    name: Uint8Array,
    offset: number,
    length: number,
    score: number,
  ): void {
    const { scratch } = this;
    const { pos, after } = cursor;
    const before = cursor.score;
    this.scoreBefore = before;
    this.nextRecord = 0;
    this.store.arena.view.setFloat64(after - scoreBytes, score, true);
    if (before === score) return;
    const first = before < score ? after : cursor.recordsOffset;
    const target = cursor.placeOf(first, score, name, offset, length);
    if (target === after || target === pos) return;
    scratch.clear();
    scratch.copy(cursor.u8, pos, after - pos);
    this.splice(pos, after - pos, target);
  }

  private recordCount(name: Uint8Array, offset: number, length: number, run: number, sum: number): void {
    const { recorder, self, clock } = this.store;
    if (recorder === undefined) return;
    this.within();
    recorder.countDecimal(
      this.id,
      name,
      offset,
      length,
      self,
      clock.hi,
      clock.lo,
      stampHi(run),
      stampLo(run),
      String(sum),
    );
    recorder.outside();
  }

  private scratchValue(value: Uint8Array, offset: number, length: number): void {
    if (this.type === EntryType.hash) this.scratch.sized(value, offset, length);
    else this.scratch.copy(value, offset, length);
  }

  /**
   * Removes an element of the open key, and the key with its last one. False where there is none; one that has expired and
   * is not purged yet is there.
   */
  drop(name: Uint8Array, offset: number, length: number): boolean {
    if (this.at === 0) return false;
    const { nest } = this;
    this.reserveBytes = 0;
    if (nest === undefined) {
      const cursor = this.packed();
      if (!cursor.find(name, offset, length) || !cursor.isLive) return false;
      this.dropRecord(cursor, name, offset, length);
      return true;
    }
    const entry = this.entryOf(name, offset, length);
    if (entry === 0) return false;
    this.dropEntry(nest, entry, -1);
    return true;
  }

  /** The same for the element whose name is this range of the arena. */
  dropAt(offset: number, length: number): void {
    const { u8 } = this.store.arena;
    if (this.name.length < length) this.name = new Uint8Array(length * 2);
    copyBytes(this.name, 0, u8, offset, length);
    this.drop(this.name, 0, length);
  }

  /** The same for the element of a rank of a large sorted set; false, with nothing done, where the open key is none. */
  dropRank(rank: number): boolean {
    const { nest } = this;
    const order = nest?.elements.order;
    if (nest === undefined || order === undefined) return false;
    this.dropEntry(nest, order.at(rank), rank);
    return true;
  }

  /** The same for the element that was drawn. */
  dropDrawn(): void {
    const { nest, drawnOffset, drawnLength } = this;
    if (nest !== undefined) this.dropEntry(nest, this.drawnEntry, -1);
    else this.dropRecord(this.cursor, this.store.arena.u8, drawnOffset, drawnLength);
  }

  /** Removes the live element of a nest whose entry is known; `rank` as of Keyspace.dropEntry. */
  private dropEntry(nest: Nest, entry: number, rank: number): void {
    const { store } = this;
    const { entries, clock, self, recorder, ground } = store;
    const { u8 } = store.arena;
    const { elements } = nest;
    const name = entries.keyOffset(entry);
    const length = entries.keyLength(entry);
    this.reserveBytes = 0;
    this.within();
    try {
      if (ground.keepsDead || entries.encoding(entry) >= Encoding.counter) {
        store.clear(elements, store.hash.of(u8, name, length), u8, name, length, elements.stateOf(entry));
      } else {
        clock.tick();
        const { hi, lo } = clock;
        recorder?.clear(this.id, u8, name, length, self, hi, lo, self, hi, lo, EntryType.string);
        elements.dropEntry(entry, rank);
      }
    } finally {
      recorder?.outside();
    }
    this.dropped();
  }

  /** Removes the element of this name, on whose live record the cursor stands. */
  private dropRecord(cursor: PackedCursor, name: Uint8Array, offset: number, length: number): void {
    const { store } = this;
    const { clock, self, recorder } = store;
    this.reserveBytes = 0;
    this.within();
    try {
      if (store.ground.keepsDead || cursor.isState) {
        store.clear(this, 0, name, offset, length, this.stateOf(cursor));
      } else {
        clock.tick();
        const { hi, lo } = clock;
        recorder?.clear(this.id, name, offset, length, self, hi, lo, self, hi, lo, this.type);
        this.scratch.clear();
        this.splice(cursor.pos, cursor.after - cursor.pos);
        this.packed().liveCount -= 1;
      }
    } finally {
      recorder?.outside();
    }
    this.dropped();
  }

  /** An element has been removed. */
  private dropped(): void {
    const { store } = this;
    // Where a removal kills with its own dot, that is what it has said of the key.
    if (store.lww) this.witness({ stamp: store.clock.last(), origin: store.self });
    store.touch(this.at);
    if (this.size === 0) this.settle();
  }

  /** Adds an integer to an element. Returns the new value. Throws CommandError as for a key. */
  count(name: Uint8Array, offset: number, length: number, by: number | bigint): number | bigint {
    const { store } = this;
    const { strings } = store;
    store.checkLimits(length, 0, false);
    if (typeof by === 'number' && this.at !== 0 && this.nest === undefined) {
      const value = this.countRecord(name, offset, length, by);
      if (value !== undefined) return value;
    }
    this.makeRoom(length + counterBytes);
    const { nest } = this;
    if (nest !== undefined) this.purgeNested(nest, name, offset, length);
    this.within();
    try {
      if (nest === undefined) return strings.countState(this, 0, name, offset, length, BigInt(by));
      nest.hasCounters = true;
      return strings.count(nest.elements, name, offset, length, by);
    } finally {
      store.recorder?.outside();
      this.settleCount();
    }
  }

  /**
   * Adds an integer to a field of the open hash, which is packed, that only this node has counted on, in place. Returns the
   * new value; undefined, with nothing changed, where it is another case.
   */
  private countRecord(name: Uint8Array, offset: number, length: number, by: number): number | undefined {
    const { store } = this;
    const { codec, clock, self, recorder } = store;
    const { u8, view } = store.arena;
    const cursor = this.packed();
    if (!cursor.find(name, offset, length) || !cursor.isState || !cursor.isLive) return undefined;
    const slot = codec.loneInteger(view, cursor.valueOffset, self);
    if (slot === 0 || codec.slotStamp(view, slot) < store.markSinceStamp) return undefined;
    const { baseOffset, baseLength } = codec;
    const base = baseLength < 0 ? 0 : parseSafeInt(u8, baseOffset, baseLength);
    if (base === undefined || this.isHidden(cursor)) return undefined;
    const before = codec.slotInteger(view, slot);
    const sum = before + by;
    const isExact =
      Number.isSafeInteger(before) && Number.isSafeInteger(sum) && Number.isSafeInteger(base + sum);
    if (!isExact) return undefined;
    const [sumHi, sumLo] = [stampHi(sum), stampLo(sum)];
    const run = codec.slotRun(view, slot);
    codec.setInteger(view, slot, clock.next(), sumHi, sumLo);
    if (recorder !== undefined) {
      const { hi, lo } = clock;
      this.within();
      recorder.count64(this.id, name, offset, length, self, hi, lo, stampHi(run), stampLo(run), sumHi, sumLo);
      recorder.outside();
    }
    store.touch(this.at);
    return base + sum;
  }

  /** Adds a decimal to an element. Returns the new value's text. Throws CommandError as for a key. */
  countDecimal(name: Uint8Array, offset: number, length: number, by: string): string {
    const { store } = this;
    store.checkLimits(length, 0, false);
    this.makeRoom(length + counterBytes);
    const { nest } = this;
    if (nest !== undefined) this.purgeNested(nest, name, offset, length);
    this.within();
    try {
      if (nest === undefined) return store.strings.countDecimalState(this, 0, name, offset, length, by);
      nest.hasCounters = true;
      return store.strings.countDecimal(nest.elements, name, offset, length, by);
    } finally {
      store.recorder?.outside();
      this.settleCount();
    }
  }

  /**
   * States a deadline (Unix ms; 0 = none) of an element of the open key, which is there and not hidden. Throws CommandError
   * OOM and changes nothing then.
   */
  expire(name: Uint8Array, offset: number, length: number, deadlineMs: number): void {
    const { store } = this;
    if (this.nest === undefined) this.makeRoom(length + deadlineBytes);
    const { nest } = this;
    this.within();
    try {
      if (nest !== undefined) {
        const { elements } = nest;
        const hash = store.hash.of(name, offset, length);
        store.expireAt(elements, hash, elements.entryOf(hash, name, offset, length), deadlineMs);
        this.noteField(deadlineMs);
      } else this.expirePacked(name, offset, length, deadlineMs);
    } finally {
      store.recorder?.outside();
    }
    this.touch();
  }

  private expirePacked(name: Uint8Array, offset: number, length: number, deadlineMs: number): void {
    const { store } = this;
    const state = this.load(0, name, offset, length);
    const dot = store.nextDot();
    joinExpire(state, dot, deadlineMs, store.ground.order);
    this.save(0, name, offset, length, state);
    const [hi, lo] = [stampHi(dot.stamp), stampLo(dot.stamp)];
    store.recorder?.expire(this.id, name, offset, length, dot.origin, hi, lo, deadlineMs);
  }

  private noteField(deadlineMs: number): void {
    if (deadlineMs !== 0) this.ks.lowerField(deadlineMs);
  }

  /** Whether a record's deadline has passed. */
  private isHidden(cursor: PackedCursor): boolean {
    if (!cursor.isState) return false;
    const deadlineMs = this.store.codec.deadlineOf(cursor.u8, cursor.valueOffset);
    return deadlineMs !== 0 && deadlineMs <= this.store.nowMs;
  }

  /** Whether some element of a nest may have expired. */
  private mayHide(nest: Nest): boolean {
    return nest.elements.volatile > 0 && nest.elements.earliestDeadlineMs <= this.store.nowMs;
  }

  /**
   * Removes what has expired of the open key, which is packed or not there, and the key with its last element. Each goes by
   * a clear, which peers join: a tomb that kept all of it, as that of a string does, would be as large as the field.
   */
  purgePacked(): void {
    const { store, nest } = this;
    if (this.at === 0 || nest !== undefined || store.holdsExpired) return;
    const cursor = this.packed();
    if (!cursor.hasDeadlines) return;
    const due: Uint8Array[] = [];
    while (cursor.nextLive()) {
      if (this.isHidden(cursor))
        due.push(cursor.u8.slice(cursor.nameOffset, cursor.nameOffset + cursor.nameLength));
      else if (cursor.isState) {
        const deadlineMs = store.codec.deadlineOf(cursor.u8, cursor.valueOffset);
        if (deadlineMs !== 0) this.ks.noteField(deadlineMs);
      }
    }
    if (due.length === 0) return;
    this.reserveBytes = 0;
    for (const name of due) this.dropDead(name, true);
    this.settle();
    this.tellPurged(due.length);
  }

  /** Removes an element of a nest if it has expired; the key stays though nothing is left. */
  private purgeNested(nest: Nest, name: Uint8Array, offset: number, length: number): void {
    const { store } = this;
    if (!this.mayHide(nest) || store.holdsExpired) return;
    const { elements } = nest;
    const hash = store.hash.of(name, offset, length);
    const entry = elements.entryOf(hash, name, offset, length);
    if (entry === 0 || !store.isExpired(entry)) return;
    this.dropDead(name.slice(offset, offset + length), true);
    this.tellPurged(1);
  }

  /**
   * Removes what has expired among about `count` elements of the open key, a nest, and the key with its last element.
   * Returns whether there may be more.
   */
  purgeSlice(nest: Nest, count: number): boolean {
    const { store } = this;
    const { elements } = nest;
    const due: Uint8Array[] = [];
    elements.sweepCursor = elements.table.scan(elements.sweepCursor, count, (entry) => {
      if (!store.isExpired(entry)) elements.noteDeadline(entry);
      else {
        const offset = store.entries.keyOffset(entry);
        due.push(store.arena.u8.slice(offset, offset + store.entries.keyLength(entry)));
      }
    });
    if (elements.sweepCursor === 0) elements.finishSweep();
    this.reserveBytes = 0;
    for (const name of due) this.dropDead(name, true);
    if (due.length > 0) {
      this.settle();
      this.tellPurged(due.length);
    }
    if (this.at !== 0 && this.mayHide(nest)) return true;
    if (this.at !== 0 && elements.volatile > 0) this.noteField(elements.earliestDeadlineMs);
    return false;
  }

  private tellPurged(count: number): void {
    const { store, key, keyOffset, keyLength } = this;
    store.expiredFieldCount += count;
    const bytes = Buffer.from(key.subarray(keyOffset, keyOffset + keyLength));
    store.onFieldsExpired?.(store.databaseOf(this.id), bytes, this.size === 0);
  }

  /** After a count, which may have failed: then a key made for it goes again. */
  private settleCount(): void {
    if (this.size === 0) {
      this.settle();
      return;
    }
    // A run that went on says no more for the key's type than when it began.
    this.witness({ stamp: this.store.strings.runStamp, origin: this.store.self });
    this.store.touch(this.at);
  }

  /** Removes the open key, which exists, with all its elements: one clear, and one more for each counter. */
  clear(): void {
    this.reserveBytes = 0;
    this.dropCounters();
    clearWhole(this.store, this.id, this);
  }

  /** A clear says nothing of counters that it has not seen: each is dropped with a record of what it was. */
  private dropCounters(): void {
    const names: Uint8Array[] = [];
    const { nest } = this;
    const { entries, arena } = this.store;
    if (nest === undefined) {
      const cursor = this.packed();
      while (cursor.nextLive()) {
        if (!cursor.isState || !isCounter(this.stateOf(cursor))) continue;
        names.push(cursor.u8.slice(cursor.nameOffset, cursor.nameOffset + cursor.nameLength));
      }
    } else if (nest.hasCounters) {
      for (let at = 0; ; ) {
        at = nest.elements.table.scan(at, 1024, (entry) => {
          if (entries.encoding(entry) < Encoding.counter) return;
          const offset = entries.keyOffset(entry);
          names.push(arena.u8.slice(offset, offset + entries.keyLength(entry)));
        });
        if (at === 0) break;
      }
    }
    for (const name of names) this.dropDead(name);
  }

  private dropDead(name: Uint8Array, isPurge = false): void {
    const { store, nest } = this;
    const hash = nest === undefined ? 0 : store.hash.of(name, 0, name.length);
    const states: States = nest?.elements ?? this;
    this.within();
    store.clear(states, hash, name, 0, name.length, states.load(hash, name, 0, name.length), isPurge);
    store.recorder?.outside();
  }

  /**
   * Puts copies of all elements, under new dots, over another key. Throws CommandError OOM before it has changed any.
   */
  shipTo(ks: Keyspace, key: Uint8Array, offset: number, length: number): void {
    // The type is kept apart: what is removed below may be a collection of another type, for which this one stands then.
    const { store, type } = this;
    const copied = new CopiedElements();
    this.eachInOrder((name, nameOffset, nameLength, value, valueOffset, valueLength) => {
      copied.add(name, nameOffset, nameLength, value, valueOffset, valueLength, this.deadlineMs);
    });
    requireFree(store, copied.length + copied.count * shippedBytes + packedBytesMax);
    store.remove(ks, key, offset, length);
    const to = store.elements;
    to.open(ks, key, offset, length, type);
    copied.each((bytes, name, nameLength, value, valueLength, deadlineMs) => {
      to.put(bytes, name, nameLength, bytes, value, valueLength);
      if (deadlineMs !== 0) to.expire(bytes, name, nameLength, deadlineMs);
    });
  }

  /** The same as `each`; those of a sorted set in their order, in which they are put fastest elsewhere. */
  private eachInOrder(visit: ElementVisitor): void {
    const order = this.nest?.elements.order;
    if (order === undefined) {
      this.each(visit);
      return;
    }
    const { arena, sortedSets } = this.store;
    const { cursor } = sortedSets;
    this.deadlineMs = 0;
    cursor.open(this.at);
    cursor.seekRank(0);
    for (let n = cursor.size; n > 0 && cursor.next(); n--) {
      const { memberOffset, memberLength } = cursor;
      const score = packScore(cursor.score);
      visit(arena.u8, memberOffset, memberLength, score, 0, score.length);
    }
  }

  /** The greatest dot known of the open key. */
  greatest(): Dot {
    const { entries, ground } = this.store;
    const { at } = this;
    const own = { stamp: entries.stamp(at), origin: entries.origin(at) };
    const other = greatestDot(this.meta(), ground.order);
    return ground.order(own, other) > 0 ? own : other;
  }

  // What follows is for joins, scans and repairs.

  /** The key's state but for its content. */
  meta(): KeyState {
    const { entries, codec } = this.store;
    const { at, nest } = this;
    if (at === 0) return emptyState();
    let state: KeyState;
    if (nest !== undefined) state = nest.meta === undefined ? emptyState() : { ...nest.meta };
    else {
      const cursor = this.packed();
      state = cursor.hasMeta ? codec.unpack(cursor.u8, cursor.metaOffset) : emptyState();
    }
    state.expiry = entries.hasExpiry(at)
      ? {
          deadlineMs: entries.deadline(at),
          dot: { stamp: entries.expiryStamp(at), origin: entries.expiryOrigin(at) },
        }
      : { deadlineMs: 0, dot: zeroDot };
    return state;
  }

  /** Replaces the key's state but for its content, its expiry included. */
  setMeta(state: KeyState): void {
    const { store, nest } = this;
    if (!store.ground.keepsDead) forgetDead(state);
    const { expiry } = state;
    const rest = { ...state, expiry: emptyState().expiry };
    const isEmpty = rest.kill === undefined && rest.floor === zeroDot && rest.records.length === 0;
    if (nest !== undefined) nest.meta = isEmpty ? undefined : rest;
    else this.writePackedMeta(isEmpty ? undefined : store.codec.pack(rest));
    const { entries } = store;
    const known = entries.hasExpiry(this.at) ? entries.expiryStamp(this.at) : 0;
    if (known !== expiry.dot.stamp || entries.deadline(this.at) !== expiry.deadlineMs) {
      this.at = this.ks.restate(this.hash, this.at, expiry);
    }
  }

  private writePackedMeta(packed: Uint8Array | undefined): void {
    const cursor = this.packed();
    if (packed === undefined && !cursor.hasMeta) return;
    const { scratch } = this;
    const records = cursor.recordsOffset;
    scratch.clear();
    const base = { stamp: cursor.baseStamp, origin: cursor.baseOrigin };
    scratch.header(base, cursor.liveCount, cursor.hasDeadlines);
    if (packed !== undefined) scratch.meta(packed);
    this.splice(cursor.start, records - cursor.start);
  }

  /**
   * Opens a key for a join, bringing it back from the graveyard: `settle` buries it again. Unlike `open` it sees what has
   * expired, and refuses nothing: the key is of this type, or of none.
   */
  openForJoin(
    ks: Keyspace,
    hash: number,
    key: Uint8Array,
    offset: number,
    length: number,
    type: number,
  ): void {
    const live = ks.entryOf(hash, key, offset, length);
    this.stand(ks, hash, live, key, offset, length, type);
    if (live !== 0) return;
    const tomb = ks.tombOf(hash, key, offset, length);
    if (tomb !== 0 && this.store.entries.type(tomb) === type) this.at = ks.exhume(hash, tomb);
  }

  /** What is known of the open key beside its content, whether it is there or not. */
  keyState(): KeyState {
    const { ks, hash, key, keyOffset, keyLength } = this;
    return this.at === 0 ? ks.load(hash, key, keyOffset, keyLength) : this.meta();
  }

  /** The state of an element: States, for what is packed. Hashes are not used. */
  load(_hash: number, name: Uint8Array, offset: number, length: number): KeyState {
    const cursor = this.packed();
    return cursor.find(name, offset, length) ? this.stateOf(cursor) : emptyState();
  }

  /** The state of an element, packed or nested. */
  stateOfElement(name: Uint8Array, offset: number, length: number): KeyState {
    const { nest } = this;
    if (this.at === 0) return emptyState();
    if (nest === undefined) return this.load(0, name, offset, length);
    return nest.elements.load(this.store.hash.of(name, offset, length), name, offset, length);
  }

  /** Keeps the state of an element, packed or nested, in the open key, which is made where it is not there. */
  saveElement(name: Uint8Array, offset: number, length: number, state: KeyState): void {
    if (this.at === 0) this.make(this.keyState());
    this.makeRoom(length + stateBytes(state));
    const { nest } = this;
    if (nest === undefined) {
      this.save(0, name, offset, length, state);
      return;
    }
    if (isCounter(state)) nest.hasCounters = true;
    nest.elements.save(this.store.hash.of(name, offset, length), name, offset, length, state);
    this.noteField(state.expiry.deadlineMs);
  }

  stateOf(cursor: PackedCursor): KeyState {
    if (cursor.isState) return this.store.codec.unpack(cursor.u8, cursor.valueOffset);
    const { dot } = cursor;
    const bytes = cursor.u8.slice(cursor.valueOffset, cursor.valueOffset + cursor.valueLength);
    return { ...emptyState(), value: { dot, bytes }, expiry: { deadlineMs: 0, dot } };
  }

  save(_hash: number, name: Uint8Array, offset: number, length: number, state: KeyState): void {
    const { store, scratch } = this;
    normalize(state, store.ground.order);
    if (!store.ground.keepsDead) forgetDead(state);
    const cursor = this.packed();
    const found = cursor.find(name, offset, length);
    const wasLive = found && cursor.isLive;
    const live = isLive(state);
    const { value } = state;
    if (!live) {
      scratch.clear();
      if (isWorth(state)) scratch.state(name, offset, length, false, store.codec.pack(state));
      const old = found ? cursor.after - cursor.pos : 0;
      if (old > 0 || scratch.length > 0) this.splice(found ? cursor.pos : cursor.end, old);
    } else {
      const score = this.type === EntryType.zset ? scoreOfState(state) : 0;
      scratch.clear();
      if (value !== undefined && isPlain(state)) {
        const { stamp, origin } = value.dot;
        scratch.plain(name, offset, length, stamp, origin, cursor.baseStamp, cursor.baseOrigin);
        this.scratchValue(value.bytes, 0, value.bytes.length);
      } else scratch.state(name, offset, length, true, this.packLive(state, score));
      this.placeRecord(cursor, found, name, offset, length, score);
      if (state.expiry.deadlineMs !== 0) {
        this.packed().noteDeadline();
        this.noteField(state.expiry.deadlineMs);
      }
    }
    if (live !== wasLive) this.packed().liveCount += live ? 1 : -1;
  }

  private packLive(state: KeyState, score: number): Uint8Array {
    const { codec } = this.store;
    return this.type === EntryType.zset ? codec.packScored(state, packScore(score)) : codec.pack(state);
  }

  /** Removes what a clear of the key kills; `meta` is the key's, the clear joined. */
  killUpTo(kill: Kill, meta: KeyState): void {
    this.witness(kill.dot);
    this.filter(kill.dot, false, kill);
    this.settleWith(meta);
  }

  /** Removes what a type that lost or won the key kills: counters too. */
  raiseTo(floor: Dot): boolean {
    const meta = this.meta();
    if (!raiseFloor(meta, floor, this.store.ground.order)) return false;
    this.filter(floor, true);
    this.settleWith(meta);
    return true;
  }

  /** Removes what a clear of the whole keyspace kills. */
  flushTo(dot: Dot): void {
    const { order } = this.store.ground;
    const meta = this.meta();
    const isDead = (other: Dot): boolean => order(other, dot) <= 0;
    if (isDead(meta.expiry.dot)) meta.expiry = { deadlineMs: 0, dot: zeroDot };
    if (meta.kill !== undefined && isDead(meta.kill.dot)) meta.kill = undefined;
    if (isDead(meta.floor)) meta.floor = zeroDot;
    raiseCounters(meta, dot, order);
    this.filter(dot, true);
    this.settleWith(meta);
  }

  /** Takes out of every element what is at or below `dot`; `counters`: runs begun there as well. */
  private filter(dot: Dot, counters: boolean, kill?: Kill): void {
    const { order } = this.store.ground;
    const { entries } = this.store;
    const newest = { stamp: entries.stamp(this.at), origin: entries.origin(this.at) };
    const { nest } = this;
    const isPlainOnly = nest === undefined ? !this.hasStates() : !nest.hasCounters;
    if (isPlainOnly && order(newest, dot) <= 0) {
      this.empty();
      return;
    }
    for (const { name, state } of this.states()) {
      const before = state.value;
      if (before !== undefined && order(before.dot, dot) <= 0) state.value = undefined;
      if (order(state.expiry.dot, dot) <= 0) state.expiry = { deadlineMs: 0, dot: zeroDot };
      if (counters) raiseCounters(state, dot, order);
      if (kill === undefined) forgetKill(state, dot, order);
      else takeKill(state, kill, order);
      this.saveElement(name, 0, name.length, state);
    }
  }

  private hasStates(): boolean {
    const cursor = this.packed();
    while (cursor.next()) if (cursor.isState) return true;
    return false;
  }

  /** Takes all records out at once. */
  private empty(): void {
    const { nest } = this;
    if (nest !== undefined) {
      this.store.vacate(nest.elements);
      return;
    }
    const cursor = this.packed();
    this.scratch.clear();
    const { recordsOffset, end } = cursor;
    cursor.liveCount = 0;
    this.splice(recordsOffset, end - recordsOffset);
  }

  /** Elements of the open key, live and dead, as copies. */
  states(
    wants: (isLive: boolean) => boolean = () => true,
  ): { readonly name: Uint8Array; readonly state: KeyState }[] {
    const out: { name: Uint8Array; state: KeyState }[] = [];
    const { nest } = this;
    const { entries, arena } = this.store;
    if (this.at === 0) return out;
    if (nest === undefined) {
      const cursor = this.packed();
      while (cursor.next()) {
        if (!wants(cursor.isLive)) continue;
        const name = cursor.u8.slice(cursor.nameOffset, cursor.nameOffset + cursor.nameLength);
        out.push({ name, state: this.stateOf(cursor) });
      }
      return out;
    }
    for (const table of [nest.elements.table, nest.elements.grave]) {
      if (!wants(table === nest.elements.table)) continue;
      for (let at = 0; ; ) {
        at = table.scan(at, 1024, (entry) => {
          const offset = entries.keyOffset(entry);
          const name = arena.u8.slice(offset, offset + entries.keyLength(entry));
          out.push({ name, state: nest.elements.stateOf(entry) });
        });
        if (at === 0) break;
      }
    }
    return out;
  }

  /** Gives the key's meta back to its entry; where no element lives, the key is buried, or goes altogether. */
  settleWith(meta: KeyState): void {
    if (this.size > 0) this.setMeta(meta);
    else this.bury(meta);
  }

  /** Forgets dead elements, and what is dead of the key, where `mayGo` says so. Returns how many went. */
  prune(mayGo: (dots: readonly Dot[]) => boolean): number {
    const { store, nest, ks } = this;
    const isTomb = this.size === 0;
    let gone = 0;
    let stay = 0;
    let stuck = 0;
    for (const { name, state } of this.deadStates()) {
      if (!mayGo(dotsOf(state))) stay += 1;
      else if (nest !== undefined) {
        nest.elements.dropTomb(store.hash.of(name, 0, name.length), name, 0, name.length);
        gone += 1;
      } else if (this.takeOutDead(name, isTomb)) gone += 1;
      else stuck += 1;
    }
    // A tomb that cannot become shorter where it stands goes as a whole.
    if (!isTomb || stay > 0 || (stuck === 0 && this.hasDead())) return gone;
    const meta = this.meta();
    const { key, keyOffset, keyLength, hash } = this;
    const bytes = key.slice(keyOffset, keyOffset + keyLength);
    this.release();
    ks.save(hash, bytes, 0, bytes.length, meta);
    return gone + stuck;
  }

  /** Takes a dead record out of the packed form; false where the entry would have to be another one, and cannot. */
  private takeOutDead(name: Uint8Array, isTomb: boolean): boolean {
    const { entries } = this.store;
    const cursor = this.packed();
    cursor.find(name, 0, name.length);
    const bytes = cursor.after - cursor.pos;
    if (entries.sameForm(this.at, entries.valueLength(this.at) - bytes)) {
      this.spliceDead(cursor.pos, bytes);
      return true;
    }
    if (isTomb) return false;
    this.scratch.clear();
    this.reserveBytes = 0;
    try {
      this.splice(cursor.pos, bytes);
    } catch (error) {
      if (error instanceof CommandError) return false;
      throw error;
    }
    return true;
  }

  /** A splice that only takes out, in place, of an entry that may be a tomb. */
  private spliceDead(offset: number, old: number): void {
    const { entries, arena } = this.store;
    const start = entries.valueOffset(this.at);
    const from = entries.valueLength(this.at);
    arena.u8.copyWithin(offset, offset + old, start + from);
    entries.setValueLength(this.at, from - old);
    this.nextRecord = 0;
  }

  private deadStates(): { readonly name: Uint8Array; readonly state: KeyState }[] {
    return this.states((isLiveElement) => !isLiveElement);
  }

  /** Buries the open key where no element lives any more. */
  settle(): void {
    if (this.at !== 0 && this.size === 0) this.bury(this.meta());
  }

  private bury(meta: KeyState): void {
    const { store, ks, hash, key, keyOffset, keyLength } = this;
    const remembered = store.ground.keepsDead && this.hasDead();
    if (remembered) {
      this.setMeta(meta);
      ks.bury(hash, this.at);
      this.at = 0;
      this.forgetNest();
      return;
    }
    this.release();
    ks.save(hash, key, keyOffset, keyLength, meta);
  }

  private hasDead(): boolean {
    const { nest } = this;
    if (nest !== undefined) return nest.elements.grave.size > 0;
    const cursor = this.packed();
    return cursor.next();
  }

  /** Frees the open key's elements and takes its entry, live or dead, out of its table; nothing is remembered. */
  release(): void {
    const { ks, hash } = this;
    this.freeNest(this.at);
    ks.forget(hash, this.at);
    this.at = 0;
    this.forgetNest();
  }

  /** Frees what an entry has outside its block. */
  freeNest(at: number): void {
    const nest = this.nestAt(at);
    if (nest === undefined) return;
    const { entries, nests } = this.store;
    this.store.vacate(nest.elements);
    nests.remove(entries.nestNumber(at));
  }

  /** The event of what was just written becomes the greatest dot of the key. */
  touch(): void {
    if (this.at === 0) return;
    const { entries, self, clock, ground } = this.store;
    entries.setDot(this.at, self, clock.hi, clock.lo);
    entries.setAccess(this.at, ground.access);
  }

  /** Takes the dot of a joined delta into the greatest of the key. */
  witness(dot: Dot): void {
    if (this.at === 0) return;
    const { entries, ground } = this.store;
    const own = { stamp: entries.stamp(this.at), origin: entries.origin(this.at) };
    if (ground.order(dot, own) <= 0) return;
    entries.setDot(this.at, dot.origin, stampHi(dot.stamp), stampLo(dot.stamp));
  }

  /** What is recorded from now on is of elements of the open key, until `recorder.outside`. */
  within(): void {
    this.store.recorder?.within(this.type, this.key, this.keyOffset, this.keyLength);
  }

  /** Makes the key where it is not there, brings it back from the graveyard, and turns it into a nest where it grows. */
  makeRoom(bytes: number): void {
    this.reserveBytes = this.store.ground.reserveBytes;
    if (this.at === 0) this.create();
    const { entries, arena } = this.store;
    if (entries.encoding(this.at) === Form.nest) return;
    const length = entries.valueLength(this.at);
    const records = arena.u8[entries.valueOffset(this.at) + 1]!;
    if (records < packedElementsMax && length + bytes + 32 <= packedBytesMax) return;
    this.unpack();
  }

  private create(): void {
    const { store, ks, hash, key, keyOffset, keyLength } = this;
    store.checkLimits(keyLength, 0, true);
    const tomb = ks.tombOf(hash, key, keyOffset, keyLength);
    if (tomb !== 0 && store.entries.type(tomb) === this.type) this.at = ks.exhume(hash, tomb);
    else this.make(tomb === 0 ? emptyState() : store.clearPurged(ks, hash, key, keyOffset, keyLength));
    if (store.entries.deadline(this.at) === 0) return;
    // A deadline that it had in an earlier life is no longer meant.
    store.expireAt(ks, hash, this.at, 0);
    this.at = ks.entryOf(hash, key, keyOffset, keyLength);
  }

  /** Makes the open key, empty, with this state beside its content. */
  private make(meta: KeyState): void {
    const { store, ks, hash, key, keyOffset, keyLength, scratch } = this;
    store.hasCollections = true;
    const now = { stamp: store.clock.last(), origin: store.self };
    yieldTo(meta, this.type, store.ground.order);
    const { expiry } = meta;
    scratch.clear();
    scratch.header(now, 0);
    const rest = { ...meta, expiry: emptyState().expiry };
    if (rest.kill !== undefined || rest.floor !== zeroDot || rest.records.length > 0) {
      scratch.meta(store.codec.pack(rest));
    }
    this.at = ks.write(
      hash,
      key,
      keyOffset,
      keyLength,
      this.type,
      Form.packed,
      scratch.u8,
      0,
      scratch.length,
      // The dot of nothing yet: what is written now has the first.
      now.origin,
      0,
      0,
      expiry.dot.stamp !== 0,
      expiry.deadlineMs,
      expiry.dot.origin,
      expiry.dot.stamp,
    );
    ks.dropTomb(hash, key, keyOffset, keyLength);
    if (meta.kill !== undefined) this.witness(meta.kill.dot);
  }

  /** Turns the open key into a nest. Throws CommandError OOM and leaves it as it was where there is no memory. */
  private unpack(): void {
    const { store } = this;
    const nest = new Nest(this.type, this.id, store.ground);
    const meta = this.meta();
    try {
      for (const { name, state } of this.states()) {
        if (isCounter(state)) nest.hasCounters = true;
        nest.elements.save(store.hash.of(name, 0, name.length), name, 0, name.length, state);
      }
    } catch (error) {
      store.vacate(nest.elements);
      throw error;
    }
    this.seat(store.nests.add(nest), meta);
  }

  /** Makes a nest the form of the open key, which has what its packed form had, or another nest that is gone. */
  private seat(number: number, meta: KeyState): void {
    const { entries } = this.store;
    const { scratch } = this;
    scratch.clear();
    scratch.copy(Uint8Array.of(number, number >>> 8, number >>> 16, number >>> 24), 0, 4);
    this.splice(entries.valueOffset(this.at), entries.valueLength(this.at));
    entries.setEncoding(this.at, Form.nest);
    this.forgetNest();
    this.setMeta(meta);
  }

  /**
   * Gives the open key, which shows nothing, the elements of a nest that was filled out of sight; they are said under new
   * dots. Throws CommandError OOM, or that of a limit, and changes nothing then.
   */
  adopt(nest: Nest, number: number): void {
    this.reserveBytes = this.store.ground.reserveBytes;
    if (this.at === 0) this.create();
    nest.elements.id = this.id;
    const again = this.keepDeadIn(nest);
    const meta = this.meta();
    this.freeNest(this.at);
    this.seat(number, meta);
    this.within();
    this.restateAll(nest);
    this.store.recorder?.outside();
    this.touch();
    for (const { name, value } of again) this.put(name, 0, name.length, value, 0, value.length);
  }

  /** Takes what is dead of the open key over into a nest. Returns the elements that this takes out, to be put again. */
  private keepDeadIn(nest: Nest): { readonly name: Uint8Array; readonly value: Uint8Array }[] {
    const { elements } = nest;
    const again: { name: Uint8Array; value: Uint8Array }[] = [];
    for (const { name, state } of this.deadStates()) {
      const hash = this.store.hash.of(name, 0, name.length);
      const entry = elements.entryOf(hash, name, 0, name.length);
      if (entry !== 0) {
        this.readEntry(entry);
        const { valueBytes, valueOffset, valueLength } = this;
        again.push({ name, value: valueBytes.slice(valueOffset, valueOffset + valueLength) });
        elements.drop(hash, name, 0, name.length);
      }
      if (isCounter(state)) nest.hasCounters = true;
      elements.save(hash, name, 0, name.length, state);
    }
    return again;
  }

  /** Says all elements of a nest under new dots. Some are loaded together, so that the waits for them overlap. */
  private restateAll(nest: Nest): void {
    const { i32 } = this.store.arena;
    const batch: number[] = [];
    const visit = (entry: number): void => {
      if (batch.push(entry) === loadedTogether) flush();
    };
    const flush = (): void => {
      let sum = 0;
      for (const entry of batch) sum ^= i32[entry >> 2]!;
      loaded[0] = sum;
      for (const entry of batch) this.restate(entry);
      batch.length = 0;
    };
    if (nest.elements.order === undefined) eachEntry(nest, visit);
    else eachInOrder(nest.elements.order, visit);
    flush();
  }

  /** Says an element of the open key under a new dot. */
  private restate(entry: number): void {
    const { entries, arena, clock, self, recorder } = this.store;
    clock.tick();
    entries.setDot(entry, self, clock.hi, clock.lo);
    if (recorder === undefined) return;
    this.readEntry(entry);
    recorder.put(
      this.id,
      arena.u8,
      entries.keyOffset(entry),
      entries.keyLength(entry),
      self,
      clock.hi,
      clock.lo,
      this.valueBytes,
      this.valueOffset,
      this.valueLength,
      true,
      0,
      0,
      0,
      0,
    );
  }

  /**
   * Takes `old` bytes at `offset` out of the entry's value and puts what is in the scratch before `target`, which is not
   * within them. Throws CommandError OOM, and changes nothing then.
   */
  private splice(offset: number, old: number, target = offset): void {
    const { store, scratch } = this;
    const { entries, arena } = store;
    const { u8 } = arena;
    this.nextRecord = 0;
    const start = entries.valueOffset(this.at);
    const from = entries.valueLength(this.at);
    const end = start + from;
    const more = scratch.length - old;
    const after = offset + old;
    let to = start;
    if (more !== 0 && !this.ks.holds(this.at, from + more, more > 0)) {
      // The old block is given back by the move, but nothing is written to it until the next allocation.
      const kept = Math.min(offset, target) - start;
      const expected = Math.max(store.stretchBytes, this.expectedBytes - from - more);
      const spare = Math.max(0, Math.min(expected, packedBytesMax - from - more));
      this.at = this.ks.move(this.hash, this.at, kept, from + more, spare, this.reserveBytes);
      to = entries.valueOffset(this.at);
    } else entries.setValueLength(this.at, from + more);
    const by = to - start;
    if (target > offset) {
      u8.copyWithin(offset + by, after, target);
      if (by + more !== 0) u8.copyWithin(target + more + by, target, end);
      copyBytes(u8, target - old + by, scratch.u8, 0, scratch.length);
      return;
    }
    if (by + more !== 0 && after < end) u8.copyWithin(after + more + by, after, end);
    if (target < offset) u8.copyWithin(target + scratch.length + by, target, offset);
    copyBytes(u8, target + by, scratch.u8, 0, scratch.length);
  }
}

/** What most elements take in the packed form beside their bytes; at least. */
const packedOverheadBytes = 8;
const packedOverheadBytesMin = 3;
/** So many elements at once are worth a filter. */
const filteredMin = 4;
/** What an element takes at most beside its bytes. */
const shippedBytes = 64;
/** What a counter's state takes at most when it begins. */
const counterBytes = 96;
/** What a deadline makes of a plain record at most. */
const deadlineBytes = 64;
/** Keeps loads ahead of their use from being left out. */
const loaded = new Int32Array(1);
/** Entries that are loaded together before something is done with each. */
const loadedTogether = 32;
/** Tries to find an element that is not hidden before all of them are counted. */
const samplesMax = 64;

/** Visits the entries of all live elements of a nest. */
function eachEntry(nest: Nest, visit: (entry: number) => void): void {
  for (let at = 0; ; ) {
    at = nest.elements.table.scan(at, 1024, visit);
    if (at === 0) return;
  }
}

/** Visits the entries of a sorted set in their order. */
function eachInOrder(order: OrderIndex, visit: (entry: number) => void): void {
  order.seekRank(0);
  for (let left = order.size; left > 0; left--) visit(order.next());
}

function isCounter(state: KeyState): boolean {
  return state.slots.length > 0 || state.records.length > 0;
}

function isPlain(state: KeyState): boolean {
  const { value, expiry } = state;
  return (
    value !== undefined &&
    expiry.deadlineMs === 0 &&
    expiry.dot.stamp === value.dot.stamp &&
    expiry.dot.origin === value.dot.origin &&
    state.slots.length === 0 &&
    state.records.length === 0 &&
    state.kill === undefined &&
    state.marks.length === 0
  );
}

/** Whether a dead state says something that a peer may ask for. */
function isWorth(state: KeyState): boolean {
  return state.kill !== undefined || state.expiry.dot !== zeroDot || state.records.length > 0;
}

/**
 * What the key's own kill means for an element: one that it says too is needless, unless it carries records; records always
 * go with the greater of the two.
 */
export function takeKill(state: KeyState, kill: Kill, order: DotOrder): void {
  if (state.records.length === 0) forgetKill(state, kill.dot, order);
  else keepKill(state, kill, order);
}

/** Keeps the key's kill with an element whose own is not greater. */
export function keepKill(state: KeyState, kill: Kill, order: DotOrder): void {
  const known = state.kill;
  const byDot = known === undefined ? -1 : order(known.dot, kill.dot);
  const isGreater = byDot < 0 || (byDot === 0 && order(known?.event ?? zeroDot, kill.event) < 0);
  if (isGreater) state.kill = { ...kill, type: EntryType.string };
}

function forgetKill(state: KeyState, dot: Dot, order: DotOrder): void {
  const { kill } = state;
  if (kill !== undefined && state.records.length === 0 && order(kill.dot, dot) <= 0) state.kill = undefined;
}

function raiseCounters(state: KeyState, dot: Dot, order: DotOrder): void {
  const isDead = (s: { readonly origin: number; readonly run: number }): boolean =>
    order({ stamp: s.run, origin: s.origin }, dot) <= 0;
  state.slots = state.slots.filter((s) => !isDead(s));
  state.records = state.records.filter((r) => !isDead(r));
}

function stateBytes(state: KeyState): number {
  return 64 + (state.value?.bytes.length ?? 0) + 64 * (state.slots.length + state.records.length);
}
