// The packed form of the open collection: elements are records of one run of bytes, which is the value of the key's
// entry (packed-run.ts). A record is plain, a value under one dot, as long as it can be; else it holds a packed
// KeyState, and what happens to it happens as to the state of a string. It knows no tables.
import { stampHi, stampLo } from '../../base/clock.ts';
import { CommandError } from '../../base/errors.ts';
import { EntryType } from '../entry.ts';
import { emptyState, isLive, joinExpire, type KeyState, normalize, visibleValue } from '../key-state.ts';
import { forgetDead, type States } from '../keyspace.ts';
import { parseSafeInt } from '../number.ts';
import type { PackedCursor } from '../packed.ts';
import { packScore, scoreOfState, unpackScore } from '../score.ts';
import { Element } from './element.ts';
import type { ElementForm, ElementState, ElementVisitor } from './element-form.ts';
import { isCounter, isPlain, isWorth } from './element-state.ts';
import type { FoundPlaces } from './found-places.ts';
import type { OpenElements } from './open-elements.ts';
import { PackedRun } from './packed-run.ts';
import { ScoreCount } from './score-count.ts';

const noBytes = new Uint8Array(0);
const noNames: readonly Uint8Array[] = [];

export class PackedElements implements ElementForm, States {
  readonly run: PackedRun;
  private readonly open: OpenElements;
  private readonly scoreCount: ScoreCount;
  /** What is written of a state, and of a member that gets another score. */
  private readonly written = new Element();

  constructor(open: OpenElements, places: FoundPlaces) {
    this.open = open;
    this.run = new PackedRun(open, places);
    this.scoreCount = new ScoreCount(open);
  }

  get id(): number {
    return this.open.id;
  }

  get size(): number {
    return this.run.liveCount;
  }

  get hiddenCount(): number {
    const cursor = this.run.walk();
    let hidden = 0;
    if (cursor.hasDeadlines) while (cursor.nextLive()) if (this.isHidden(cursor)) hidden += 1;
    return hidden;
  }

  get hasDead(): boolean {
    return this.run.walk().next();
  }

  get hasStates(): boolean {
    const cursor = this.run.walk();
    while (cursor.next()) if (cursor.isState) return true;
    return false;
  }

  get beside(): KeyState | undefined {
    const cursor = this.run.walk();
    return cursor.hasMeta ? this.open.store.codec.unpack(cursor.u8, cursor.metaOffset) : undefined;
  }

  setBeside(state: KeyState | undefined): void {
    this.run.setMeta(state === undefined ? undefined : this.open.store.codec.pack(state));
  }

  /** Whether a record's deadline has passed by now, or by `atMs` (Unix ms). */
  private isHidden(cursor: PackedCursor, atMs = this.open.store.nowMs): boolean {
    if (!cursor.isState) return false;
    const deadlineMs = this.open.store.codec.deadlineOf(cursor.u8, cursor.valueOffset);
    return deadlineMs !== 0 && deadlineMs <= atMs;
  }

  // ---- reading

  get(name: Uint8Array, offset: number, length: number): boolean {
    const { run } = this;
    return run.find(name, offset, length) && run.cursor.isLive && this.readRecord(run.cursor);
  }

  /** Reads the value of the live record that the cursor stands on as `get` does; false where it has expired. */
  readRecord(cursor: PackedCursor): boolean {
    if (cursor.isState && this.isHidden(cursor)) return false;
    this.read(cursor);
    return true;
  }

  private read(cursor: PackedCursor): void {
    const { open } = this;
    if (open.type === EntryType.zset) {
      open.setScore(cursor.u8, cursor.after);
      return;
    }
    if (!cursor.isState) {
      open.setValue(cursor.u8, cursor.valueOffset, cursor.valueLength, 0);
      return;
    }
    const { codec, origins } = open.store;
    const state = codec.unpack(cursor.u8, cursor.valueOffset);
    const bytes = visibleValue(state, (a, b) => origins.compare(a, b)) ?? noBytes;
    open.setValue(bytes, 0, bytes.length, state.expiry.deadlineMs);
  }

  /** All at once. */
  scan(_cursor: number, _count: number, visit: ElementVisitor): number {
    const { open } = this;
    const cursor = this.run.walk();
    while (cursor.nextLive()) {
      if (!this.readRecord(cursor)) continue;
      const { u8, nameOffset, nameLength } = cursor;
      visit(u8, nameOffset, nameLength, open.valueBytes, open.valueOffset, open.valueLength);
    }
    return 0;
  }

  draw(random: () => number): void {
    const { open } = this;
    const shown = this.size - this.hiddenCount;
    const cursor = this.run.walk();
    const { hasDeadlines } = cursor;
    for (let skip = Math.floor(random() * shown); skip >= 0; skip--) {
      do cursor.nextLive();
      while (hasDeadlines && this.isHidden(cursor));
    }
    open.drawnOffset = cursor.nameOffset;
    open.drawnLength = cursor.nameLength;
  }

  readDrawn(): void {
    this.read(this.run.cursor);
  }

  // ---- local changes, each with its delta

  put(e: Element): boolean {
    const { open, run } = this;
    const { store } = open;
    const { clock, self, recorder } = store;
    const found = run.findToPut(e);
    const { cursor } = run;
    if (found && cursor.isState) return this.putState(cursor, e);
    if (open.type === EntryType.zset) {
      e.score = unpackScore(e.value, e.valueOffset);
      open.scoreBefore = found ? cursor.score : 0;
    }
    const isForeign = found && cursor.origin !== self;
    e.baseOrigin = isForeign ? cursor.origin : 0;
    e.baseHi = isForeign ? stampHi(cursor.stamp) : 0;
    e.baseLo = isForeign ? stampLo(cursor.stamp) : 0;
    e.stamp = clock.next();
    e.origin = self;
    run.writePlain(cursor, found, e);
    if (recorder !== undefined) {
      open.within();
      open.recordPut(e);
      open.outside();
    }
    run.touch();
    return !found;
  }

  /** Puts an element whose record the cursor stands on, and which is a packed state. */
  private putState(cursor: PackedCursor, e: Element): boolean {
    const { open } = this;
    const isNew = !cursor.isLive;
    if (open.type === EntryType.zset) open.scoreBefore = isNew ? 0 : cursor.score;
    const copy = e.value.slice(e.valueOffset, e.valueOffset + e.valueLength);
    open.within();
    try {
      open.store.strings.setState(this, 0, e.name, e.nameOffset, e.nameLength, copy, 0);
    } finally {
      open.outside();
    }
    open.touch();
    return isNew;
  }

  drop(name: Uint8Array, offset: number, length: number): boolean {
    const { run } = this;
    const { cursor } = run;
    if (!run.find(name, offset, length) || !cursor.isLive) return false;
    this.dropRecord(cursor, name, offset, length);
    return true;
  }

  dropDrawn(): void {
    const { drawnOffset, drawnLength, store } = this.open;
    this.dropRecord(this.run.cursor, store.arena.u8, drawnOffset, drawnLength);
  }

  /** Removes the element of this name, on whose live record the cursor stands. */
  private dropRecord(cursor: PackedCursor, name: Uint8Array, offset: number, length: number): void {
    const { open, run } = this;
    const { store } = open;
    const { clock, self, recorder } = store;
    open.within();
    try {
      if (store.ground.keepsDead || cursor.isState) {
        store.clear(this, 0, name, offset, length, this.stateOf(cursor));
      } else {
        clock.tick();
        const { hi, lo } = clock;
        recorder?.clear(open.id, name, offset, length, self, hi, lo, self, hi, lo, open.type);
        run.takeOut(cursor);
      }
    } finally {
      open.outside();
    }
  }

  clear(name: Uint8Array, isPurge: boolean): void {
    const { open } = this;
    open.within();
    open.store.clear(this, 0, name, 0, name.length, this.load(0, name, 0, name.length), isPurge);
    open.outside();
  }

  /** The names of elements that have expired, as copies. The keyspace is told of the deadlines of the others. */
  due(): readonly Uint8Array[] {
    const cursor = this.run.walk();
    if (!cursor.hasDeadlines) return noNames;
    const { store, key } = this.open;
    const due: Uint8Array[] = [];
    while (cursor.nextLive()) {
      if (this.isHidden(cursor)) due.push(nameOf(cursor));
      else if (cursor.isState) {
        const deadlineMs = store.codec.deadlineOf(cursor.u8, cursor.valueOffset);
        if (deadlineMs !== 0) key.ks.noteField(deadlineMs);
      }
    }
    return due;
  }

  countScore(name: Uint8Array, offset: number, length: number, by: number): number | undefined {
    const { open, run, scoreCount, written } = this;
    const { cursor } = run;
    if (!run.find(name, offset, length) || !cursor.isState || !cursor.isLive) return undefined;
    if (!scoreCount.prepare(cursor.valueOffset, by)) return undefined;
    scoreCount.commit(name, offset, length);
    open.scoreBefore = cursor.score;
    written.setName(name, offset, length);
    written.score = scoreCount.score;
    run.rescore(cursor, written);
    return scoreCount.score;
  }

  count(name: Uint8Array, offset: number, length: number, by: number | bigint): number | bigint {
    return this.open.store.strings.countState(this, 0, name, offset, length, BigInt(by));
  }

  /**
   * Adds an integer to a field of the open hash that only this node has counted on, in place. Returns the new value;
   * undefined, with nothing changed, where it is another case.
   */
  countInPlace(name: Uint8Array, offset: number, length: number, by: number): number | undefined {
    const { open } = this;
    const { store } = open;
    const { codec, clock, self, recorder } = store;
    const { u8, view } = store.arena;
    const { cursor } = this.run;
    if (!this.run.find(name, offset, length) || !cursor.isState || !cursor.isLive) return undefined;
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
      open.within();
      recorder.count64(open.id, name, offset, length, self, hi, lo, stampHi(run), stampLo(run), sumHi, sumLo);
      recorder.outside();
    }
    return base + sum;
  }

  countDecimal(name: Uint8Array, offset: number, length: number, by: string): string {
    return this.open.store.strings.countDecimalState(this, 0, name, offset, length, by);
  }

  expire(name: Uint8Array, offset: number, length: number, deadlineMs: number): void {
    const { store } = this.open;
    const state = this.load(0, name, offset, length);
    const dot = store.nextDot();
    joinExpire(state, dot, deadlineMs, store.ground.order);
    this.save(0, name, offset, length, state);
    const [hi, lo] = [stampHi(dot.stamp), stampLo(dot.stamp)];
    store.recorder?.expire(this.id, name, offset, length, dot.origin, hi, lo, deadlineMs);
  }

  // ---- for joins, scans and repairs

  /** The state of an element: States. Hashes are not used. */
  load(_hash: number, name: Uint8Array, offset: number, length: number): KeyState {
    return this.run.find(name, offset, length) ? this.stateOf(this.run.cursor) : emptyState();
  }

  stateOfElement(name: Uint8Array, offset: number, length: number): KeyState {
    return this.load(0, name, offset, length);
  }

  saveElement(name: Uint8Array, offset: number, length: number, state: KeyState): void {
    this.save(0, name, offset, length, state);
  }

  private stateOf(cursor: PackedCursor): KeyState {
    if (cursor.isState) return this.open.store.codec.unpack(cursor.u8, cursor.valueOffset);
    const { dot } = cursor;
    const bytes = cursor.u8.slice(cursor.valueOffset, cursor.valueOffset + cursor.valueLength);
    return { ...emptyState(), value: { dot, bytes }, expiry: { deadlineMs: 0, dot } };
  }

  save(_hash: number, name: Uint8Array, offset: number, length: number, state: KeyState): void {
    const { open, run, written } = this;
    const { ground, codec } = open.store;
    normalize(state, ground.order);
    if (!ground.keepsDead) forgetDead(state);
    const found = run.find(name, offset, length);
    const { cursor } = run;
    written.setName(name, offset, length);
    if (!isLive(state)) {
      run.writeDead(cursor, found, written, isWorth(state) ? codec.pack(state) : undefined);
      return;
    }
    const isOrdered = open.type === EntryType.zset;
    const { value } = state;
    written.score = isOrdered ? scoreOfState(state) : 0;
    if (value !== undefined && isPlain(state)) {
      written.setValue(value.bytes, 0, value.bytes.length);
      written.stamp = value.dot.stamp;
      written.origin = value.dot.origin;
      run.writePlain(cursor, found, written);
    } else {
      const packed = isOrdered ? codec.packScored(state, packScore(written.score)) : codec.pack(state);
      run.writeState(cursor, found, written, packed);
    }
    if (state.expiry.deadlineMs === 0) return;
    run.noteDeadline();
    open.key.ks.lowerField(state.expiry.deadlineMs);
  }

  states(wants: (isLive: boolean) => boolean): ElementState[] {
    const out: ElementState[] = [];
    const cursor = this.run.walk();
    while (cursor.next()) {
      if (wants(cursor.isLive)) out.push({ name: nameOf(cursor), state: this.stateOf(cursor) });
    }
    return out;
  }

  statesUpTo(): ElementState[] {
    return this.states(() => true);
  }

  counters(): Uint8Array[] {
    const names: Uint8Array[] = [];
    const cursor = this.run.walk();
    while (cursor.nextLive()) {
      if (cursor.isState && isCounter(this.stateOf(cursor))) names.push(nameOf(cursor));
    }
    return names;
  }

  forget(name: Uint8Array, isTomb: boolean): boolean {
    const { cursor } = this.run;
    this.run.find(name, 0, name.length);
    if (this.run.forget(cursor)) return true;
    // The entry would have to be another one, which a tomb cannot.
    if (isTomb) return false;
    this.open.reserveBytes = 0;
    try {
      this.run.forgetMoving(cursor);
    } catch (error) {
      if (error instanceof CommandError) return false;
      throw error;
    }
    return true;
  }

  empty(): void {
    this.run.empty();
  }
}

function nameOf(cursor: PackedCursor): Uint8Array {
  return cursor.u8.slice(cursor.nameOffset, cursor.nameOffset + cursor.nameLength);
}
