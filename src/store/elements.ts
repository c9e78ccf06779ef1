// The elements of hashes, sets and sorted sets: reading and changing them by name. Each element is a little string key
// (key-state.ts), so a field is put, counted and cleared as a key is, and the deltas are those of keys with the
// element's name. One collection is open at a time, in one of two forms: a packed run of bytes while it is small, a
// nest of tables from then on (elements/). Here is what concerns the key: when it comes, changes its form, dies as a
// whole and goes.
import { copyBytes } from '../base/runs.ts';
import { type Collection, clearWhole, greatestWith, metaWith, witnessDot } from './collection.ts';
import { Element } from './elements/element.ts';
import type { ElementForm, ElementState, ElementVisitor } from './elements/element-form.ts';
import { raiseElement, stateBytes } from './elements/element-state.ts';
import { FoundPlaces } from './elements/found-places.ts';
import { NestedElements, nestBytes } from './elements/nested-elements.ts';
import { OpenElements } from './elements/open-elements.ts';
import { PackedElements } from './elements/packed-elements.ts';
import { elementExtraBytes, shipElements } from './elements/ship-elements.ts';
import { EntryType, Form } from './entry.ts';
import { dotsOf } from './graveyard.ts';
import { type Dot, emptyState, type KeyState, type Kill, yieldTo } from './key-state.ts';
import { forgetDead, type Keyspace } from './keyspace.ts';
import { Nest } from './nest.ts';
import { PackedCursor, packedBytesMax } from './packed.ts';
import { requireFree } from './room.ts';
import { besideOf, StoodKey } from './stood-key.ts';
import type { Store } from './store.ts';

/** What most elements take in the packed form beside their bytes. */
const packedExtraBytes = 8;
/** What a counter's state takes at most when it begins. */
const counterBytes = 96;
/** What a deadline makes of a plain record at most. */
const deadlineBytes = 64;
const everything = (): boolean => true;

/** Of a nest with more dead elements only a part is looked at each time when some are to be forgotten. */
const prunedMax = 512;

export class Elements implements Collection {
  private readonly store: Store;
  private readonly key: StoodKey;
  /** What is open, as both forms see it. */
  private readonly opened: OpenElements;
  /** Where names were found in packed collections: cleared when a key is let go, whoever does so. */
  readonly places: FoundPlaces;
  private readonly packedForm: PackedElements;
  private readonly nestedForm: NestedElements;
  /** What is being put. */
  private readonly element = new Element();
  private readonly probe = new PackedCursor();
  /** The name of what is being dropped. */
  private name = new Uint8Array(4096);

  /** `sibling`: another one for the same store, with which it shares where names were found. */
  constructor(store: Store, sibling?: Elements) {
    this.store = store;
    this.key = new StoodKey(store, EntryType.hash);
    this.opened = new OpenElements(store, this.key);
    this.places = sibling?.places ?? new FoundPlaces(store.entries);
    this.packedForm = new PackedElements(this.opened, this.places);
    this.nestedForm = new NestedElements(this.opened);
  }

  // ---- opening

  /**
   * Opens a key for the calls that follow; `key` must stay as it is meanwhile. What has expired of a small hash goes,
   * but where `purges` is false. Returns whether the key exists. Throws CommandError WRONGTYPE where it is of another
   * type.
   */
  open(ks: Keyspace, key: Uint8Array, offset: number, length: number, type: number, purges = true): boolean {
    this.key.type = type;
    this.standAt(this.key.find(ks, key, offset, length));
    if (this.at === 0 || type !== EntryType.hash || !purges) return this.at !== 0;
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
    this.key.type = type;
    this.key.stand(ks, hash, key, offset, length);
    this.standAt(at);
  }

  private standAt(at: number): void {
    this.opened.stand(at);
    this.packedForm.run.begin();
  }

  /**
   * Opens a key for a join, bringing it back from the graveyard: `settle` buries it again. Unlike `open` it sees what
   * has expired, and refuses nothing: the key is of this type, or of none.
   */
  openForJoin(
    ks: Keyspace,
    hash: number,
    key: Uint8Array,
    offset: number,
    length: number,
    type: number,
  ): void {
    this.stand(ks, hash, ks.entryOf(hash, key, offset, length), key, offset, length, type);
    if (this.at === 0) this.opened.stand(this.key.exhume());
  }

  // ---- what is open, and what was read of it last

  /** The open key's entry; 0 = there is none. */
  get at(): number {
    return this.opened.at;
  }

  /** The number of its keyspace. */
  get id(): number {
    return this.opened.id;
  }

  get type(): number {
    return this.key.type;
  }

  get keyRange(): { readonly key: Uint8Array; readonly offset: number; readonly length: number } {
    return this.key.range;
  }

  /** The value last read: a range of bytes, valid until the store changes. */
  get valueBytes(): Uint8Array {
    return this.opened.valueBytes;
  }

  get valueOffset(): number {
    return this.opened.valueOffset;
  }

  get valueLength(): number {
    return this.opened.valueLength;
  }

  /** When the field last read expires, Unix ms; 0 = never. */
  get deadlineMs(): number {
    return this.opened.deadlineMs;
  }

  /** The score that the member put last had before; 0 where it was not there. */
  get scoreBefore(): number {
    return this.opened.scoreBefore;
  }

  /** The name of the element drawn last: a range of the arena, valid until the store changes. */
  get drawnOffset(): number {
    return this.opened.drawnOffset;
  }

  get drawnLength(): number {
    return this.opened.drawnLength;
  }

  // ---- the form

  /** The form that the open key is in, which is there. */
  private get form(): ElementForm {
    return this.opened.nest === undefined ? this.packedForm : this.nestedForm;
  }

  /** The nest of the open key, or undefined where it is packed or not there. */
  get nest(): Nest | undefined {
    return this.opened.nest;
  }

  /** The nest that an entry names, or undefined. */
  nestAt(at: number): Nest | undefined {
    return this.opened.nestAt(at);
  }

  /** A cursor before the first record of the open key, which is packed. */
  packed(): PackedCursor {
    return this.packedForm.run.walk();
  }

  /**
   * Makes the key where it is not there, brings it back from the graveyard, and turns it into a nest where it grows.
   */
  makeRoom(bytes: number): void {
    this.opened.reserveBytes = this.store.ground.reserveBytes;
    if (this.at === 0) this.create();
    if (this.opened.nest === undefined && !this.packedForm.run.hasRoom(bytes)) this.unpack();
  }

  /** Turns the open key into a nest. Throws CommandError OOM and leaves it as it was where there is no memory. */
  private unpack(): void {
    const { store, packedForm, nestedForm } = this;
    const nest = new Nest(this.type, this.id, store.ground);
    const number = store.nests.add(nest);
    const meta = this.meta();
    try {
      for (const { name, state } of packedForm.states(everything))
        nestedForm.fill(nest, name, 0, name.length, state);
    } catch (error) {
      store.vacate(nest.elements);
      store.nests.remove(number);
      throw error;
    }
    this.seat(number, meta);
  }

  /** Makes a nest the form of the open key, which has what its packed form had, or another nest that is gone. */
  private seat(number: number, meta: KeyState): void {
    const { opened } = this;
    this.packedForm.run.setNumber(number);
    this.store.entries.setEncoding(opened.at, Form.nest);
    opened.stand(opened.at);
    this.setMeta(meta);
  }

  /**
   * Gives the open key, which shows nothing, the elements of a nest that was filled out of sight; `say` then sees to
   * their dots and deltas. Throws CommandError OOM, or that of a limit, and changes nothing then.
   */
  adopt(nest: Nest, number: number, say: () => void): void {
    const { opened, nestedForm } = this;
    opened.reserveBytes = this.store.ground.reserveBytes;
    if (this.at === 0) this.create();
    nest.elements.id = this.id;
    const again = nestedForm.keepDead(nest, this.deadStates());
    const meta = this.meta();
    this.freeNest(this.at);
    this.seat(number, meta);
    say();
    opened.touch();
    for (const { name, value } of again) this.put(name, 0, name.length, value, 0, value.length);
  }

  // ---- sizes

  /** Live elements of the open key, those that have expired and are not purged yet among them. */
  get size(): number {
    if (this.at === 0) return 0;
    return this.opened.nest === undefined ? this.packedForm.size : this.nestedForm.size;
  }

  /** Elements of the open key that are not hidden by their deadlines. */
  get shown(): number {
    const { size } = this;
    return size === 0 || this.type !== EntryType.hash ? size : size - this.form.hiddenCount;
  }

  sizeAt(at: number): number {
    const { entries, arena } = this.store;
    const nest = this.nestAt(at);
    if (nest !== undefined) return nest.elements.table.size;
    this.probe.open(arena, entries.valueOffset(at), entries.valueLength(at), entries.type(at));
    return this.probe.liveCount;
  }

  /** Whether the hash at an entry has fields with deadlines; a small one: or had. */
  hasDeadlinesAt(at: number): boolean {
    const { entries, arena } = this.store;
    const nest = this.nestAt(at);
    if (nest !== undefined) return nest.elements.volatile > 0;
    this.probe.open(arena, entries.valueOffset(at), entries.valueLength(at), EntryType.hash);
    return this.probe.hasDeadlines;
  }

  /** About the bytes that an entry has outside its block. */
  outerBytes(at: number): number {
    const nest = this.nestAt(at);
    return nest === undefined ? 0 : nestBytes(this.store.arena, nest);
  }

  // ---- reading

  /** Reads an element of the open key into valueBytes, valueOffset, valueLength; false where there is none. */
  get(name: Uint8Array, offset: number, length: number): boolean {
    if (this.at === 0) return false;
    const { opened, packedForm, nestedForm } = this;
    // What is done often is not called through the interface: V8 counts calls by place, and takes in those that are
    // made.
    if (opened.nest === undefined) return packedForm.get(name, offset, length);
    return nestedForm.get(name, offset, length);
  }

  /** Reads the value of the live record that the cursor stands on as `get` does; false where it has expired. */
  readRecord(cursor: PackedCursor): boolean {
    return this.packedForm.readRecord(cursor);
  }

  /** Visits all elements of the open key; nothing may change it meanwhile. */
  each(visit: ElementVisitor): void {
    let cursor = 0;
    do cursor = this.scan(cursor, 512, visit);
    while (cursor !== 0);
  }

  /**
   * Visits a part of the elements in an order that lets others come and go: SCAN's guarantee. `cursor` 0 at first;
   * returns the next, 0 at the end. Of a large collection it visits what has not expired at `atMs`, if that is given.
   */
  scan(cursor: number, count: number, visit: ElementVisitor, atMs = this.store.nowMs): number {
    return this.at === 0 ? 0 : this.form.scan(cursor, count, visit, atMs);
  }

  /** Visits the element at a random place of the open key, which shows some. */
  sample(random: () => number, visit: ElementVisitor): void {
    const { form, opened } = this;
    form.draw(random);
    form.readDrawn();
    const { drawnOffset, drawnLength, valueBytes, valueOffset, valueLength } = opened;
    visit(this.store.arena.u8, drawnOffset, drawnLength, valueBytes, valueOffset, valueLength);
  }

  /**
   * Visits an element at a random place of the open key, which shows some if it is small, where that has not expired at
   * `atMs`: returns whether. Each that has not is as likely as any other.
   */
  trySample(random: () => number, atMs: number, visit: ElementVisitor): boolean {
    const { nestedForm, opened } = this;
    if (this.nest === undefined) {
      this.sample(random, visit);
      return true;
    }
    if (!nestedForm.tryDraw(random, atMs)) return false;
    nestedForm.readDrawn();
    const { drawnOffset, drawnLength, valueBytes, valueOffset, valueLength } = opened;
    visit(this.store.arena.u8, drawnOffset, drawnLength, valueBytes, valueOffset, valueLength);
    return true;
  }

  /** Whether some element of the open key may have expired and be there yet, so that only a walk counts those shown. */
  get mayHide(): boolean {
    return this.nest !== undefined && this.nestedForm.mayHide;
  }

  /** Draws an element at random of the open key, which shows some: see `drawnOffset` and `dropDrawn`. */
  draw(random: () => number): void {
    if (this.opened.nest === undefined) this.packedForm.draw(random);
    else this.nestedForm.draw(random);
  }

  // ---- local changes, each with its delta

  /**
   * Throws CommandError OOM where `count` elements with `bytes` of names and values would not fit: asked before the
   * first of several is put, so that all are or none.
   */
  requireRoom(count: number, bytes: number): void {
    if (count < 2) return;
    const packed = this.at === 0 ? 0 : this.store.entries.valueLength(this.at);
    const added = bytes + count * elementExtraBytes;
    requireFree(this.store, added + packedBytesMax + packed, bytes + count * packedExtraBytes);
    if (this.opened.nest === undefined) this.packedForm.run.expectMany(count, bytes);
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
    const { element, opened, packedForm, nestedForm } = this;
    this.store.checkLimits(length, valueLength, false);
    this.makeRoom(length + valueLength);
    element.setName(name, offset, length);
    element.setValue(value, valueOffset, valueLength);
    try {
      return opened.nest === undefined ? packedForm.put(element) : nestedForm.put(element);
    } catch (error) {
      this.settle();
      throw error;
    }
  }

  /**
   * Removes an element of the open key, and the key with its last one. False where there is none; one that has expired
   * and is not purged yet is there.
   */
  drop(name: Uint8Array, offset: number, length: number): boolean {
    const { opened, packedForm, nestedForm } = this;
    opened.reserveBytes = 0;
    if (opened.at === 0) return false;
    const isDropped =
      opened.nest === undefined
        ? packedForm.drop(name, offset, length)
        : nestedForm.drop(name, offset, length);
    if (isDropped) this.dropped();
    return isDropped;
  }

  /** The same for the element whose name is this range of the arena. */
  dropAt(offset: number, length: number): void {
    if (this.name.length < length) this.name = new Uint8Array(length * 2);
    copyBytes(this.name, 0, this.store.arena.u8, offset, length);
    this.drop(this.name, 0, length);
  }

  /** The same for the element of a rank of a large sorted set; false, with nothing done, where the open key is none. */
  dropRank(rank: number): boolean {
    if (this.opened.nest === undefined || !this.nestedForm.dropRank(rank)) return false;
    this.dropped();
    return true;
  }

  /** The same for the element that was drawn. */
  dropDrawn(): void {
    const { opened } = this;
    opened.reserveBytes = 0;
    if (opened.nest === undefined) this.packedForm.dropDrawn();
    else this.nestedForm.dropDrawn();
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

  /**
   * Adds a whole number to the score of a member of the open key that only this node has counted on, in place. Returns
   * the new score; undefined, with nothing changed, where it is another case.
   */
  countInPlace(name: Uint8Array, offset: number, length: number, by: number): number | undefined {
    if (this.at === 0) return undefined;
    const score = this.form.countScore(name, offset, length, by);
    if (score !== undefined) this.store.touch(this.at);
    return score;
  }

  /** Adds an integer to an element. Returns the new value. Throws CommandError as for a key. */
  count(name: Uint8Array, offset: number, length: number, by: number | bigint): number | bigint {
    const { store, opened, packedForm, nestedForm } = this;
    store.checkLimits(length, 0, false);
    if (typeof by === 'number' && opened.at !== 0 && opened.nest === undefined) {
      const value = packedForm.countInPlace(name, offset, length, by);
      if (value !== undefined) {
        store.touch(this.at);
        return value;
      }
    }
    this.beginCount(name, offset, length);
    let isCounted = false;
    try {
      const sum =
        opened.nest === undefined
          ? packedForm.count(name, offset, length, by)
          : nestedForm.count(name, offset, length, by);
      isCounted = true;
      return sum;
    } finally {
      this.endCount(isCounted);
    }
  }

  /** Adds a decimal to an element. Returns the new value's text. Throws CommandError as for a key. */
  countDecimal(name: Uint8Array, offset: number, length: number, by: string): string {
    this.store.checkLimits(length, 0, false);
    this.beginCount(name, offset, length);
    let isCounted = false;
    try {
      const sum = this.form.countDecimal(name, offset, length, by);
      isCounted = true;
      return sum;
    } finally {
      this.endCount(isCounted);
    }
  }

  private beginCount(name: Uint8Array, offset: number, length: number): void {
    this.makeRoom(length + counterBytes);
    if (this.opened.nest !== undefined) this.nestedForm.purge(name, offset, length);
    this.opened.within();
  }

  /** After a count. One that has failed says nothing, and a key made for it goes again. */
  private endCount(isCounted: boolean): void {
    const { store } = this;
    this.opened.outside();
    if (this.size === 0) {
      this.settle();
      return;
    }
    // A run that went on says no more for the key's type than when it began.
    if (isCounted) this.witness({ stamp: store.strings.runStamp, origin: store.self });
    store.touch(this.at);
  }

  /**
   * States a deadline (Unix ms; 0 = none) of an element of the open key, which is there and not hidden. Throws
   * CommandError OOM and changes nothing then.
   */
  expire(name: Uint8Array, offset: number, length: number, deadlineMs: number): void {
    const { opened } = this;
    this.makeRoom(length + deadlineBytes);
    opened.within();
    try {
      this.form.expire(name, offset, length, deadlineMs);
    } finally {
      opened.outside();
    }
    opened.touch();
  }

  /** Removes the open key, which exists, with all its elements: one clear, and one more for each counter. */
  clear(): void {
    const { form } = this;
    this.opened.reserveBytes = 0;
    // A clear says nothing of counters that it has not seen: each is dropped with a record of what it was.
    for (const name of form.counters()) form.clear(name, false);
    clearWhole(this.store, this.id, this);
  }

  /**
   * Puts copies of all elements, under new dots, over another key. Throws CommandError OOM before it has changed any.
   */
  shipTo(ks: Keyspace, key: Uint8Array, offset: number, length: number): void {
    shipElements(this.store, this, ks, key, offset, length);
  }

  // ---- elements past their deadlines

  /**
   * Removes what has expired of the open key, which is packed or not there, and the key with its last element. Each
   * goes by a clear, which peers join: a tomb that kept all of it, as that of a string does, would be as large as the
   * field.
   */
  purgePacked(): void {
    if (this.at === 0 || this.opened.nest !== undefined || this.store.holdsExpired) return;
    this.purge(this.packedForm.due());
  }

  /**
   * Removes what has expired among about `count` elements of the open key, a nest, and the key with its last element.
   * Returns whether there may be more.
   */
  purgeSlice(nest: Nest, count: number): boolean {
    this.purge(this.nestedForm.due(count));
    if (this.at === 0) return false;
    if (this.nestedForm.mayHide) return true;
    const { volatile, earliestDeadlineMs } = nest.elements;
    if (volatile > 0) this.key.ks.lowerField(earliestDeadlineMs);
    return false;
  }

  private purge(due: readonly Uint8Array[]): void {
    if (due.length === 0) return;
    this.opened.reserveBytes = 0;
    for (const name of due) this.form.clear(name, true);
    this.settle();
    this.opened.tellPurged(due.length, this.at === 0);
  }

  // ---- the key

  /** What is recorded from now on is of elements of the open key, until `recorder.outside`. */
  within(): void {
    this.opened.within();
  }

  /** Takes the dot of a joined delta into the greatest of the key. */
  witness(dot: Dot): void {
    if (this.at !== 0) witnessDot(this.store, this.at, dot);
  }

  /** The greatest dot known of the open key. */
  greatest(): Dot {
    return greatestWith(this.store, this.at, this.meta());
  }

  /** The key's state but for its content. */
  meta(): KeyState {
    return this.at === 0 ? emptyState() : metaWith(this.store, this.at, this.form.beside);
  }

  /** Replaces the key's state but for its content, its expiry included. */
  setMeta(state: KeyState): void {
    const { opened, key } = this;
    if (!this.store.ground.keepsDead) forgetDead(state);
    this.form.setBeside(besideOf(state));
    opened.at = key.restate(opened.at, state.expiry);
  }

  /** What is known of the open key beside its content, whether it is there or not. */
  keyState(): KeyState {
    return this.at === 0 ? this.key.known() : this.meta();
  }

  private create(): void {
    const { key, opened } = this;
    this.store.checkLimits(key.length, 0, true);
    const exhumed = key.exhume();
    if (exhumed !== 0) opened.stand(exhumed);
    else this.make(key.stateToBegin());
    // A deadline that it had in an earlier life is no longer meant.
    opened.at = key.withoutDeadline(opened.at);
  }

  /** Makes the open key, empty, with this state beside its content. */
  private make(meta: KeyState): void {
    const { store, key, opened } = this;
    const { codec, clock, ground, self } = store;
    yieldTo(meta, this.type, ground.order);
    const beside = besideOf(meta);
    const base = { stamp: clock.last(), origin: self };
    const run = this.packedForm.run.blank(base, beside === undefined ? undefined : codec.pack(beside));
    opened.stand(key.make(meta, Form.packed, run.u8, run.length, self));
    key.dropTomb();
    if (meta.kill !== undefined) this.witness(meta.kill.dot);
  }

  /** Buries the open key where no element lives any more. */
  settle(): void {
    if (this.at !== 0 && this.size === 0) this.bury(this.meta());
  }

  /** Gives the key's meta back to its entry; where no element lives, the key is buried, or goes altogether. */
  settleWith(meta: KeyState): void {
    if (this.size > 0) this.setMeta(meta);
    else this.bury(meta);
  }

  private bury(meta: KeyState): void {
    if (this.store.ground.keepsDead && this.form.hasDead) {
      this.setMeta(meta);
      this.key.bury(this.at);
      this.opened.stand(0);
      return;
    }
    this.release();
    this.key.save(meta);
  }

  /** Frees the open key's elements and takes its entry, live or dead, out of its table; nothing is remembered. */
  release(): void {
    this.places.clear();
    this.freeNest(this.at);
    this.key.forget(this.at);
    this.opened.stand(0);
  }

  /** Frees what an entry has outside its block. */
  freeNest(at: number): void {
    const nest = this.nestAt(at);
    if (nest === undefined) return;
    const { entries, nests } = this.store;
    this.store.vacate(nest.elements);
    nests.remove(entries.nestNumber(at));
  }

  // ---- joins, scans and repairs

  /** The state of an element, packed or nested. */
  stateOfElement(name: Uint8Array, offset: number, length: number): KeyState {
    return this.at === 0 ? emptyState() : this.form.stateOfElement(name, offset, length);
  }

  /** Keeps the state of an element, packed or nested, in the open key, which is made where it is not there. */
  saveElement(name: Uint8Array, offset: number, length: number, state: KeyState): void {
    if (this.at === 0) this.make(this.keyState());
    this.makeRoom(length + stateBytes(state));
    this.form.saveElement(name, offset, length, state);
  }

  /** Elements of the open key, live and dead, as copies. */
  states(wants: (isLive: boolean) => boolean = everything): ElementState[] {
    return this.at === 0 ? [] : this.form.states(wants);
  }

  private deadStates(): ElementState[] {
    return this.states((isLive) => !isLive);
  }

  filter(dot: Dot, kill?: Kill): void {
    const { entries, ground } = this.store;
    const newest = { stamp: entries.stamp(this.at), origin: entries.origin(this.at) };
    if (ground.order(newest, dot) <= 0 && !this.form.hasStates) {
      this.form.empty();
      return;
    }
    for (const { name, state } of this.form.statesUpTo(dot)) {
      raiseElement(state, dot, ground.order, kill);
      this.saveElement(name, 0, name.length, state);
    }
  }

  /**
   * Forgets dead elements, of many a part each time, and what is dead of the key, where `mayGo` says so. Returns how
   * many went.
   */
  prune(mayGo: (dots: readonly Dot[]) => boolean): number {
    const { form, nest } = this;
    const isPart = nest !== undefined && nest.elements.grave.size > prunedMax;
    const isTomb = this.size === 0;
    let gone = 0;
    let stay = 0;
    let stuck = 0;
    for (const { name, state } of isPart ? this.nestedForm.nextDead(prunedMax) : this.deadStates()) {
      if (!mayGo(dotsOf(state))) stay += 1;
      else if (form.forget(name, isTomb)) gone += 1;
      else stuck += 1;
    }
    // A tomb that cannot become shorter where it stands goes as a whole.
    if (isPart || !isTomb || stay > 0 || (stuck === 0 && form.hasDead)) return gone;
    const meta = this.meta();
    this.key.own();
    this.release();
    this.key.save(meta);
    return gone + stuck;
  }
}
