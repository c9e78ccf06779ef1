// The form of the open collection in which its elements are entries of a nest (nest.ts), each a string key of its own:
// what is done to an element is done to that key, by strings.ts and the store, and recorded as of an element. In a
// sorted set the nest's order follows. It knows no records.
import { CommandError } from '../../base/errors.ts';
import { outOfMemory } from '../../resp/errors.ts';
import type { Arena } from '../arena.ts';
import { Encoding, EntryType } from '../entry.ts';
import type { Dot, KeyState } from '../key-state.ts';
import type { Keyspace } from '../keyspace.ts';
import type { Nest } from '../nest.ts';
import type { OrderIndex } from '../order-index.ts';
import { unpackScore } from '../score.ts';
import type { Table } from '../table.ts';
import type { Element } from './element.ts';
import type { ElementForm, ElementState, ElementVisitor } from './element-form.ts';
import { isCounter } from './element-state.ts';
import type { OpenElements } from './open-elements.ts';
import { ScoreCount } from './score-count.ts';

/** Tries to find an element that is not hidden before all of them are counted. */
const samplesMax = 64;
/** Elements whose blocks tell of the size of all. */
const samplesOfSize = 64;

export class NestedElements implements ElementForm {
  private readonly open: OpenElements;
  private readonly scoreCount: ScoreCount;
  /** The entry of the element drawn last. */
  private drawnEntry = 0;

  constructor(open: OpenElements) {
    this.open = open;
    this.scoreCount = new ScoreCount(open);
  }

  private get nest(): Nest {
    return this.open.nest!;
  }

  get size(): number {
    return this.nest.elements.table.size;
  }

  get hiddenCount(): number {
    const { nest } = this;
    const { store } = this.open;
    let hidden = 0;
    if (!this.mayHide) return 0;
    eachEntry(nest, (entry) => {
      if (store.isExpired(entry)) hidden += 1;
    });
    return hidden;
  }

  get hasDead(): boolean {
    return this.nest.elements.grave.size > 0;
  }

  get hasStates(): boolean {
    return this.nest.hasCounters;
  }

  get beside(): KeyState | undefined {
    return this.nest.meta;
  }

  setBeside(state: KeyState | undefined): void {
    this.nest.meta = state;
  }

  /** Whether some element may have expired. */
  get mayHide(): boolean {
    return this.mayHideIn(this.nest.elements);
  }

  private mayHideIn({ volatile, earliestDeadlineMs }: Keyspace): boolean {
    return volatile > 0 && earliestDeadlineMs <= this.open.store.nowMs;
  }

  /** The live entry of an element, or 0. */
  private entryOf(elements: Keyspace, name: Uint8Array, offset: number, length: number): number {
    return elements.entryOf(this.open.store.hash.of(name, offset, length), name, offset, length);
  }

  // ---- reading

  get(name: Uint8Array, offset: number, length: number): boolean {
    const entry = this.entryOf(this.nest.elements, name, offset, length);
    if (entry === 0 || this.open.store.isExpired(entry)) return false;
    this.read(entry);
    return true;
  }

  private read(entry: number): void {
    const { open } = this;
    const { strings, entries, arena } = open.store;
    if (open.type === EntryType.zset) {
      open.setScore(arena.u8, entries.valueOffset(entry) + entries.valueLength(entry));
      return;
    }
    if (open.type === EntryType.set) {
      open.setValue(arena.u8, 0, 0, 0);
      return;
    }
    strings.read(entry);
    open.setValue(strings.valueBytes, strings.valueOffset, strings.valueLength, entries.deadline(entry));
  }

  scan(cursor: number, count: number, visit: ElementVisitor, atMs: number): number {
    const { open } = this;
    const { store } = open;
    const { entries, arena } = store;
    return this.nest.elements.table.scan(cursor, count, (entry) => {
      if (store.isExpired(entry, atMs)) return;
      this.read(entry);
      const { valueBytes, valueOffset, valueLength } = open;
      const name = entries.keyOffset(entry);
      visit(arena.u8, name, entries.keyLength(entry), valueBytes, valueOffset, valueLength);
    });
  }

  draw(random: () => number): void {
    this.take(this.drawEntry(random));
  }

  /** One try to draw an element that has not expired at `atMs`; false where it hit one that has. */
  tryDraw(random: () => number, atMs: number): boolean {
    const entry = this.nest.elements.table.sample(random);
    if (this.open.store.isExpired(entry, atMs)) return false;
    this.take(entry);
    return true;
  }

  private take(entry: number): void {
    const { open } = this;
    const { entries } = open.store;
    this.drawnEntry = entry;
    open.drawnOffset = entries.keyOffset(entry);
    open.drawnLength = entries.keyLength(entry);
  }

  private drawEntry(random: () => number): number {
    const { nest } = this;
    const { store } = this.open;
    for (let tries = 0; tries < samplesMax; tries++) {
      const entry = nest.elements.table.sample(random);
      if (!store.isExpired(entry)) return entry;
    }
    let skip = Math.floor(random() * (this.size - this.hiddenCount));
    let drawn = 0;
    eachEntry(nest, (entry) => {
      if (!store.isExpired(entry) && skip-- === 0) drawn = entry;
    });
    return drawn;
  }

  readDrawn(): void {
    this.read(this.drawnEntry);
  }

  // ---- local changes, each with its delta

  put(e: Element): boolean {
    const { open } = this;
    const { elements } = this.nest;
    // Before what is recorded here is of an element: a purge says so of its own.
    if (this.mayHideIn(elements)) this.purge(e.name, e.nameOffset, e.nameLength);
    open.within();
    try {
      const isNew = this.putWithin(elements, e);
      open.touch();
      return isNew;
    } finally {
      open.outside();
    }
  }

  private putWithin(elements: Keyspace, e: Element): boolean {
    const { open } = this;
    const { entries, strings } = open.store;
    const { name, nameOffset, nameLength } = e;
    if (open.type !== EntryType.hash) {
      const { order } = elements;
      const entry = this.entryOf(elements, name, nameOffset, nameLength);
      if (order !== undefined) open.scoreBefore = entry === 0 ? 0 : order.scoreOf(entry);
      if (entry !== 0 && entries.encoding(entry) === Encoding.raw && !entries.hasExpiry(entry)) {
        this.putAgain(order, entry, e);
        return false;
      }
    }
    const before = elements.table.size;
    strings.set(elements, name, nameOffset, nameLength, e.value, e.valueOffset, e.valueLength, 0);
    return elements.table.size > before;
  }

  /** Puts a member whose entry holds its score, or nothing, and no more: what is put is of the same size. */
  private putAgain(order: OrderIndex | undefined, entry: number, e: Element): void {
    const { open } = this;
    const { entries, clock, self, recorder, ground } = open.store;
    if (order?.reserve(open.reserveBytes) === false) {
      ground.starved = true;
      throw new CommandError(outOfMemory);
    }
    const isForeign = entries.origin(entry) !== self;
    e.baseOrigin = isForeign ? entries.origin(entry) : 0;
    e.baseHi = isForeign ? entries.hi(entry) : 0;
    e.baseLo = isForeign ? entries.lo(entry) : 0;
    clock.tick();
    entries.setDot(entry, self, clock.hi, clock.lo);
    order?.rescore(entry, open.scoreBefore, unpackScore(e.value, e.valueOffset));
    if (recorder !== undefined) open.recordPut(e);
  }

  drop(name: Uint8Array, offset: number, length: number): boolean {
    const entry = this.entryOf(this.nest.elements, name, offset, length);
    if (entry !== 0) this.dropEntry(entry, -1);
    return entry !== 0;
  }

  dropDrawn(): void {
    this.dropEntry(this.drawnEntry, -1);
  }

  /** The same for the element of a rank; false, with nothing done, where there is no order. */
  dropRank(rank: number): boolean {
    const { order } = this.nest.elements;
    if (order !== undefined) this.dropEntry(order.at(rank), rank);
    return order !== undefined;
  }

  /** Removes the live element whose entry is known; `rank` as of Keyspace.dropEntry. */
  private dropEntry(entry: number, rank: number): void {
    const { open } = this;
    const { store } = open;
    const { entries, clock, self, recorder, ground } = store;
    const { u8 } = store.arena;
    const { elements } = this.nest;
    const name = entries.keyOffset(entry);
    const length = entries.keyLength(entry);
    open.within();
    try {
      if (ground.keepsDead || entries.encoding(entry) >= Encoding.counter) {
        store.clear(elements, store.hash.of(u8, name, length), u8, name, length, elements.stateOf(entry));
      } else {
        clock.tick();
        const { hi, lo } = clock;
        recorder?.clear(open.id, u8, name, length, self, hi, lo, self, hi, lo, EntryType.string);
        elements.dropEntry(entry, rank);
      }
    } finally {
      open.outside();
    }
  }

  clear(name: Uint8Array, isPurge: boolean): void {
    const { open } = this;
    const { store } = open;
    const { elements } = this.nest;
    const hash = store.hash.of(name, 0, name.length);
    open.within();
    store.clear(elements, hash, name, 0, name.length, elements.load(hash, name, 0, name.length), isPurge);
    open.outside();
  }

  /** Removes an element that has expired: the opening of a key leaves those of a nest. */
  purge(name: Uint8Array, offset: number, length: number): void {
    const { open } = this;
    const { elements } = this.nest;
    if (!this.mayHideIn(elements) || open.store.holdsExpired) return;
    const entry = this.entryOf(elements, name, offset, length);
    if (entry === 0 || !open.store.isExpired(entry)) return;
    this.clear(name.slice(offset, offset + length), true);
    // The key stays though nothing is left: what comes is put into it.
    open.tellPurged(1, this.size === 0);
  }

  /**
   * The names of elements that have expired among about `count`, as copies: a walk goes on from one call to the next.
   */
  due(count: number): Uint8Array[] {
    const { store } = this.open;
    const { elements } = this.nest;
    const due: Uint8Array[] = [];
    elements.sweepCursor = elements.table.scan(elements.sweepCursor, count, (entry) => {
      if (store.isExpired(entry)) due.push(this.nameOf(entry));
      else elements.noteDeadline(entry);
    });
    if (elements.sweepCursor === 0) elements.finishSweep();
    return due;
  }

  countScore(name: Uint8Array, offset: number, length: number, by: number): number | undefined {
    const { open, scoreCount } = this;
    const { entries, ground, self, clock } = open.store;
    const { elements } = this.nest;
    const { order } = elements;
    const entry = this.entryOf(elements, name, offset, length);
    if (order === undefined || entry === 0 || entries.encoding(entry) !== Encoding.state) return undefined;
    if (!scoreCount.prepare(entries.valueOffset(entry), by)) return undefined;
    if (!order.reserve(ground.reserveBytes)) return undefined;
    scoreCount.commit(name, offset, length);
    entries.setDot(entry, self, clock.hi, clock.lo);
    open.scoreBefore = order.scoreOf(entry);
    order.rescore(entry, open.scoreBefore, scoreCount.score);
    return scoreCount.score;
  }

  count(name: Uint8Array, offset: number, length: number, by: number | bigint): number | bigint {
    const { nest } = this;
    nest.hasCounters = true;
    return this.open.store.strings.count(nest.elements, name, offset, length, by);
  }

  countDecimal(name: Uint8Array, offset: number, length: number, by: string): string {
    const { nest } = this;
    nest.hasCounters = true;
    return this.open.store.strings.countDecimal(nest.elements, name, offset, length, by);
  }

  expire(name: Uint8Array, offset: number, length: number, deadlineMs: number): void {
    const { store, key } = this.open;
    const { elements } = this.nest;
    const hash = store.hash.of(name, offset, length);
    store.expireAt(elements, hash, elements.entryOf(hash, name, offset, length), deadlineMs);
    if (deadlineMs !== 0) key.ks.lowerField(deadlineMs);
  }

  // ---- for joins, scans and repairs

  stateOfElement(name: Uint8Array, offset: number, length: number): KeyState {
    return this.nest.elements.load(this.open.store.hash.of(name, offset, length), name, offset, length);
  }

  saveElement(name: Uint8Array, offset: number, length: number, state: KeyState): void {
    const { key } = this.open;
    this.fill(this.nest, name, offset, length, state);
    const { deadlineMs } = state.expiry;
    if (deadlineMs !== 0) key.ks.lowerField(deadlineMs);
  }

  /** Saves the state of an element in a nest that may not be that of the open key yet. */
  fill(nest: Nest, name: Uint8Array, offset: number, length: number, state: KeyState): void {
    if (isCounter(state)) nest.hasCounters = true;
    nest.elements.save(this.open.store.hash.of(name, offset, length), name, offset, length, state);
  }

  /** About so many of the dead, the next ones each time. */
  nextDead(count: number): ElementState[] {
    const { nest } = this;
    const { elements } = nest;
    const dead: ElementState[] = [];
    do {
      nest.pruneCursor = elements.grave.scan(nest.pruneCursor, count, (entry) =>
        dead.push({ name: this.nameOf(entry), state: elements.stateOf(entry) }),
      );
    } while (nest.pruneCursor !== 0 && dead.length < count);
    return dead;
  }

  states(wants: (isLive: boolean) => boolean): ElementState[] {
    const out: ElementState[] = [];
    const { elements } = this.nest;
    if (wants(true)) this.addStates(elements.table, everyEntry, out);
    if (wants(false)) this.addStates(elements.grave, everyEntry, out);
    return out;
  }

  statesUpTo(dot: Dot): ElementState[] {
    const out: ElementState[] = [];
    const { elements } = this.nest;
    this.addStates(elements.table, (entry) => !this.isPutAbove(entry, dot), out);
    this.addStates(elements.grave, (entry) => !this.isKillAbove(entry, dot), out);
    return out;
  }

  private addStates(table: Table, wants: (entry: number) => boolean, out: ElementState[]): void {
    const { elements } = this.nest;
    for (let at = 0; ; ) {
      at = table.scan(at, 1024, (entry) => {
        if (wants(entry)) out.push({ name: this.nameOf(entry), state: elements.stateOf(entry) });
      });
      if (at === 0) return;
    }
  }

  /** Whether a live entry is a put and perhaps its deadline, each of a dot above this one. */
  private isPutAbove(entry: number, dot: Dot): boolean {
    const { store } = this.open;
    const { entries } = store;
    if (entries.encoding(entry) > Encoding.lz4) return false;
    if (store.compare({ stamp: entries.stamp(entry), origin: entries.origin(entry) }, dot) <= 0) return false;
    if (!entries.hasExpiry(entry)) return true;
    return store.compare({ stamp: entries.expiryStamp(entry), origin: entries.expiryOrigin(entry) }, dot) > 0;
  }

  /** Whether a dead entry is a kill of a dot above this one, and nothing else. */
  private isKillAbove(entry: number, dot: Dot): boolean {
    const { store } = this.open;
    const { entries, arena, codec } = store;
    if (entries.encoding(entry) !== Encoding.state) return false;
    const kill = codec.loneKill(arena.view, entries.valueOffset(entry));
    return kill !== 0 && store.compare(codec.dotAt(arena.view, kill), dot) > 0;
  }

  counters(): Uint8Array[] {
    const names: Uint8Array[] = [];
    const { nest } = this;
    const { entries } = this.open.store;
    if (!nest.hasCounters) return names;
    eachEntry(nest, (entry) => {
      if (entries.encoding(entry) >= Encoding.counter) names.push(this.nameOf(entry));
    });
    return names;
  }

  /** A copy of an element's name. */
  private nameOf(entry: number): Uint8Array {
    const { entries, arena } = this.open.store;
    const offset = entries.keyOffset(entry);
    return arena.u8.slice(offset, offset + entries.keyLength(entry));
  }

  forget(name: Uint8Array): boolean {
    this.nest.elements.dropTomb(this.open.store.hash.of(name, 0, name.length), name, 0, name.length);
    return true;
  }

  empty(): void {
    this.open.store.vacate(this.nest.elements);
  }

  // ---- a nest that was filled out of sight

  /**
   * Takes what is dead of the open collection over into a nest that is not its own yet. Returns the elements that this
   * takes out of the nest, to be put again.
   */
  keepDead(nest: Nest, dead: readonly ElementState[]): { name: Uint8Array; value: Uint8Array }[] {
    const { open } = this;
    const { elements } = nest;
    const again: { name: Uint8Array; value: Uint8Array }[] = [];
    for (const { name, state } of dead) {
      const hash = open.store.hash.of(name, 0, name.length);
      const entry = elements.entryOf(hash, name, 0, name.length);
      if (entry !== 0) {
        this.read(entry);
        const { valueBytes, valueOffset, valueLength } = open;
        again.push({ name, value: valueBytes.slice(valueOffset, valueOffset + valueLength) });
        elements.drop(hash, name, 0, name.length);
      }
      this.fill(nest, name, 0, name.length, state);
    }
    return again;
  }
}

/** About the bytes of a nest: its tables and its order, and the elements by the size of some of them. */
export function nestBytes(arena: Arena, nest: Nest): number {
  const { table, grave, order } = nest.elements;
  let bytes = order?.bytes ?? 0;
  for (const part of [table, grave]) {
    let seen = 0;
    let sampled = 0;
    part.scan(0, samplesOfSize, (entry) => {
      seen += 1;
      sampled += arena.capacity(entry);
    });
    bytes += part.segmentBytes + part.directoryBytes;
    if (seen > 0) bytes += Math.round((sampled / seen) * part.size);
  }
  return bytes;
}

const everyEntry = (): boolean => true;

/** Visits the entries of all live elements of a nest. */
function eachEntry(nest: Nest, visit: (entry: number) => void): void {
  for (let at = 0; ; ) {
    at = nest.elements.table.scan(at, 1024, visit);
    if (at === 0) return;
  }
}
