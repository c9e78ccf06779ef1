// The run of bytes that a small collection is (packed.ts), as the value of the open key's entry: where a record of it
// is looked for, where one is put, and how the entry moves as the run grows. In a sorted set live records keep the
// order of their scores; elsewhere a new one goes behind the last. It knows no deltas, and of an element only what is
// written.
import { copyBytes } from '../../base/runs.ts';
import { EntryType } from '../entry.ts';
import type { Dot } from '../key-state.ts';
import { NameFilter } from '../name-filter.ts';
import {
  liveCountAt,
  PackedCursor,
  PackedScratch,
  packedBytesMax,
  packedElementsMax,
  packedHeaderBytes,
} from '../packed.ts';
import { scoreBytes } from '../score.ts';
import type { Element } from './element.ts';
import type { FoundPlaces } from './found-places.ts';
import type { OpenElements } from './open-elements.ts';

/** What a record takes at least beside its name and value. */
const recordOverheadBytesMin = 3;
/** Room for what a record takes beside its name and value. */
const recordRoomBytes = 32;
/** With fewer records a look through them is as quick as a look where a name was found last. */
const keptRecordsMin = 12;
/** So many elements at once are worth a filter. */
const filteredMin = 4;

export class PackedRun {
  /** Where the record behind the one put last begins, from the run's start; in a sorted set its score, too. */
  private nextRecord = 0;
  private lastScore = 0;
  /** Of a command that puts several: how large the run may become, and the names that it has. */
  private expectedBytes = 0;
  private hasNames = false;
  /** Names that are looked for in all records before the filter is made; below 0: it is not worth it. */
  private missesLeft = -1;
  private readonly names = new NameFilter();
  /** Stands where the last look in the run has left it. */
  readonly cursor = new PackedCursor();
  private readonly scratch = new PackedScratch();
  private readonly open: OpenElements;
  private readonly places: FoundPlaces;

  constructor(open: OpenElements, places: FoundPlaces) {
    this.open = open;
    this.places = places;
  }

  /** Another key has been opened. */
  begin(): void {
    this.nextRecord = 0;
    this.expectedBytes = 0;
    this.missesLeft = -1;
  }

  /** Several elements are to be put: the run is not walked through for each. */
  expectMany(count: number, bytes: number): void {
    this.expectedBytes = this.open.at === 0 ? packedHeaderBytes + bytes + count * recordOverheadBytesMin : 0;
    this.missesLeft = count >= filteredMin ? 1 : -1;
    this.hasNames = false;
  }

  /** A cursor before the first record. */
  walk(): PackedCursor {
    const { at, key, store } = this.open;
    const { entries, arena } = store;
    this.cursor.open(arena, entries.valueOffset(at), entries.valueLength(at), key.type);
    return this.cursor;
  }

  /** Whether an element with so many bytes of name and value can be put; leaves the cursor before the first record. */
  hasRoom(bytes: number): boolean {
    const { start, end, liveCount } = this.walk();
    return liveCount < packedElementsMax && end - start + bytes + recordRoomBytes <= packedBytesMax;
  }

  get liveCount(): number {
    const { entries, arena } = this.open.store;
    return arena.u8[entries.valueOffset(this.open.at) + liveCountAt]!;
  }

  /** Live records have come, or gone. */
  countLive(by: number): void {
    const { entries, arena } = this.open.store;
    arena.u8[entries.valueOffset(this.open.at) + liveCountAt]! += by;
  }

  /** Some record has a deadline. */
  noteDeadline(): void {
    this.walk().noteDeadline();
  }

  /** Moves the cursor to the record of this name, live or dead; false where there is none. */
  find(name: Uint8Array, offset: number, length: number): boolean {
    return this.seek(this.walk(), name, offset, length);
  }

  private seek(cursor: PackedCursor, name: Uint8Array, offset: number, length: number): boolean {
    if (cursor.liveCount < keptRecordsMin) return cursor.find(name, offset, length);
    const { places } = this;
    const { start } = cursor;
    const run = places.meet(this.open.at);
    const place = run < 0 ? 0 : places.placeOf(run, name, offset, length);
    if (place > 0 && cursor.isAt(start + place, name, offset, length)) return true;
    const found = cursor.find(name, offset, length);
    if (found && run >= 0) places.note(run, name, offset, length, cursor.pos - start);
    return found;
  }

  /** An element has been written, and the key gets the dot of that. */
  touch(): void {
    const { open, places } = this;
    const run = places.known(open.at);
    open.touch();
    if (run >= 0) places.renew(run);
  }

  /**
   * The same as `find` for an element that is to be put, looked for first behind the one put last; `hasRoom` has left
   * the cursor where it is.
   */
  findToPut(e: Element): boolean {
    const { cursor, nextRecord, names } = this;
    const { name, nameOffset, nameLength } = e;
    if (nextRecord > 0 && cursor.isAt(cursor.start + nextRecord, name, nameOffset, nameLength)) return true;
    if (this.missesLeft === 0 && this.isNewName(cursor, e)) {
      names.add(name, nameOffset, nameLength);
      return false;
    }
    if (this.missesLeft > 0) this.missesLeft -= 1;
    return this.seek(cursor, name, nameOffset, nameLength);
  }

  /** Whether a name is surely not there; the first to ask has the filter made. */
  private isNewName(cursor: PackedCursor, e: Element): boolean {
    const { names } = this;
    if (!this.hasNames) {
      this.hasNames = true;
      names.clear();
      cursor.rewind();
      while (cursor.next()) names.add(cursor.u8, cursor.nameOffset, cursor.nameLength);
    }
    return names.lacks(e.name, e.nameOffset, e.nameLength);
  }

  /**
   * Writes an element as a plain record: in place of the cursor's where that was `found`, over it where that is
   * possible. Throws CommandError OOM, and changes nothing then; so do all that follow but where it is said.
   */
  writePlain(cursor: PackedCursor, found: boolean, e: Element): void {
    const isOrdered = this.open.type === EntryType.zset;
    const stampBytes = cursor.measureStamp(e);
    if (stampBytes > 0) this.widen(cursor, found, e, stampBytes);
    const keepsPlace = found && !cursor.isState && (!isOrdered || cursor.score === e.score);
    if (keepsPlace && cursor.rewrite(e)) {
      this.noteRecord(cursor.after - cursor.start, e.score);
      return;
    }
    if (!found && !isOrdered && e.origin === cursor.baseOrigin && this.append(cursor, e)) return;
    const { scratch } = this;
    scratch.clear();
    scratch.plain(e, cursor);
    if (this.open.type === EntryType.hash) scratch.sized(e.value, e.valueOffset, e.valueLength);
    else scratch.copy(e.value, e.valueOffset, e.valueLength);
    this.placeLive(cursor, found, e);
  }

  /** Gives stamps so many bytes; the cursor stands on the record of an element, then as before, if that was `found`. */
  private widen(cursor: PackedCursor, found: boolean, e: Element, stampBytes: number): void {
    const { start, end } = cursor;
    this.scratch.clear();
    this.scratch.widened(cursor, stampBytes);
    this.splice(start, end - start);
    this.walk();
    if (found) cursor.find(e.name, e.nameOffset, e.nameLength);
  }

  /** Writes a record behind the last one; false where the block has no room for it. */
  private append(cursor: PackedCursor, e: Element): boolean {
    const { open } = this;
    const bytes = cursor.end - cursor.start + cursor.plainBytes(e);
    if (!open.key.ks.holds(open.at, bytes, true)) return false;
    cursor.append(e);
    open.store.entries.setValueLength(open.at, bytes);
    return true;
  }

  /** Writes a live element as a packed state, in place of the cursor's record where that was `found`. */
  writeState(cursor: PackedCursor, found: boolean, e: Element, packed: Uint8Array): void {
    this.scratch.clear();
    this.scratch.state(e, true, packed);
    this.placeLive(cursor, found, e);
  }

  /** Writes a dead element, or where nothing is to be remembered of it, takes its record out. */
  writeDead(cursor: PackedCursor, found: boolean, e: Element, packed: Uint8Array | undefined): void {
    const { scratch } = this;
    if (!found && packed === undefined) return;
    const wasLive = found && cursor.isLive;
    scratch.clear();
    if (packed !== undefined) scratch.state(e, false, packed);
    this.splice(found ? cursor.pos : cursor.end, found ? cursor.after - cursor.pos : 0);
    if (wasLive) this.countLive(-1);
  }

  /** Takes the live record on which the cursor stands out. */
  takeOut(cursor: PackedCursor): void {
    this.scratch.clear();
    this.splice(cursor.pos, cursor.after - cursor.pos);
    this.countLive(-1);
  }

  /**
   * Takes the dead record on which the cursor stands out, in place; false where its entry would need another header.
   */
  forget(cursor: PackedCursor): boolean {
    const { open } = this;
    const { entries, arena } = open.store;
    const { pos, after } = cursor;
    const length = entries.valueLength(open.at) - (after - pos);
    if (!entries.sameForm(open.at, length)) return false;
    this.places.forget(open.at);
    arena.u8.copyWithin(pos, after, cursor.end);
    entries.setValueLength(open.at, length);
    this.nextRecord = 0;
    return true;
  }

  /** The same where that takes another entry; it may throw CommandError OOM. */
  forgetMoving(cursor: PackedCursor): void {
    this.scratch.clear();
    this.splice(cursor.pos, cursor.after - cursor.pos);
  }

  /** Takes all records out. */
  empty(): void {
    const cursor = this.walk();
    const { recordsOffset, end } = cursor;
    cursor.liveCount = 0;
    this.scratch.clear();
    this.splice(recordsOffset, end - recordsOffset);
  }

  /** A run without records, valid until the next change: its base, and what is kept beside the content. */
  blank(base: Dot, beside: Uint8Array | undefined): { readonly u8: Uint8Array; readonly length: number } {
    const { scratch } = this;
    scratch.clear();
    scratch.header(base, 0);
    if (beside !== undefined) scratch.meta(beside);
    return scratch;
  }

  /** Replaces what is kept beside the content: a packed KeyState, undefined = nothing. */
  setMeta(packed: Uint8Array | undefined): void {
    const { scratch } = this;
    const cursor = this.walk();
    if (packed === undefined && !cursor.hasMeta) return;
    const base = { stamp: cursor.baseStamp, origin: cursor.baseOrigin };
    const records = cursor.recordsOffset;
    scratch.clear();
    scratch.header(base, cursor.liveCount, cursor.hasDeadlines, cursor.stampBytes);
    if (packed !== undefined) scratch.meta(packed);
    this.splice(cursor.start, records - cursor.start);
  }

  /** Makes the whole value four bytes: the number of a nest. */
  setNumber(number: number): void {
    const { open, scratch } = this;
    const { entries } = open.store;
    scratch.clear();
    scratch.copy(Uint8Array.of(number, number >>> 8, number >>> 16, number >>> 24), 0, 4);
    this.splice(entries.valueOffset(open.at), entries.valueLength(open.at));
  }

  /** Gives the live member on which the cursor stands another score, with which it ends, and its place. */
  rescore(cursor: PackedCursor, e: Element): void {
    const { scratch, open } = this;
    const { pos, after } = cursor;
    const before = cursor.score;
    this.nextRecord = 0;
    open.store.arena.view.setFloat64(after - scoreBytes, e.score, true);
    if (before === e.score) return;
    const target = cursor.placeOf(before < e.score ? after : cursor.recordsOffset, e);
    if (target === after || target === pos) return;
    scratch.clear();
    scratch.copy(cursor.u8, pos, after - pos);
    this.splice(pos, after - pos, target);
  }

  /**
   * Puts the record in the scratch, that of a live element, where it belongs, in place of the cursor's if that was
   * found. A member of a sorted set belongs before the first live one that is greater.
   */
  private placeLive(cursor: PackedCursor, found: boolean, e: Element): void {
    const wasLive = found && cursor.isLive;
    if (found) this.placeAgain(cursor, e);
    else this.placeNew(cursor, e);
    if (!wasLive) this.countLive(1);
  }

  private placeNew(cursor: PackedCursor, e: Element): void {
    const { start, end } = cursor;
    let target = end;
    if (this.open.type === EntryType.zset) {
      // Members often come in their order.
      const isLater = this.nextRecord > 0 && e.score > this.lastScore;
      target = cursor.placeOf(isLater ? start + this.nextRecord : cursor.recordsOffset, e);
    }
    this.splice(target, 0);
    this.noteRecord(target - start + this.scratch.length, e.score);
  }

  private placeAgain(cursor: PackedCursor, e: Element): void {
    const { start, pos, after } = cursor;
    let target = pos;
    if (this.open.type === EntryType.zset && !(cursor.isLive && cursor.score === e.score)) {
      const isLater = cursor.isLive && cursor.score < e.score;
      target = cursor.placeOf(isLater ? after : cursor.recordsOffset, e);
      // Its own place is before and behind itself.
      if (target === after) target = pos;
    }
    this.splice(pos, after - pos, target);
    if (target === pos) this.noteRecord(pos - start + this.scratch.length, e.score);
  }

  private noteRecord(next: number, score: number): void {
    this.nextRecord = next;
    this.lastScore = score;
  }

  /**
   * Takes `old` bytes at `offset` out of the entry's value and puts what is in the scratch before `target`, which is
   * not within them. Throws CommandError OOM, and changes nothing then.
   */
  private splice(offset: number, old: number, target = offset): void {
    const { open, scratch } = this;
    const { store, key } = open;
    const { entries, arena } = store;
    const { u8 } = arena;
    this.nextRecord = 0;
    this.places.forget(open.at);
    const start = entries.valueOffset(open.at);
    const from = entries.valueLength(open.at);
    const end = start + from;
    const more = scratch.length - old;
    const after = offset + old;
    let to = start;
    if (more !== 0 && !key.ks.holds(open.at, from + more, more > 0)) {
      // The old block is given back by the move, but nothing is written to it until the next allocation.
      const kept = Math.min(offset, target) - start;
      const expected = Math.max(store.stretchBytes, this.expectedBytes - from - more);
      const spare = Math.max(0, Math.min(expected, packedBytesMax - from - more));
      open.at = key.ks.move(key.hash, open.at, kept, from + more, spare, open.reserveBytes);
      to = entries.valueOffset(open.at);
    } else entries.setValueLength(open.at, from + more);
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
