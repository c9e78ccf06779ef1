// The keys that this node does not hold whole, because it has evicted them and somebody else, the keeper, has them: of
// such a key nothing may be here, or a part. Each has a mark in the arena, an entry of header and key alone, in a table
// beside the keyspace's. Marks have a budget; beyond it, and where there is no memory for one, they are folded into a
// filter of fixed size (unheld-filter.ts). So this can only err by taking a key that nobody has for one that is
// elsewhere. It knows no keeper and decides nothing: the eviction marks, joins and commands ask.
import { stampHi, stampLo } from '../base/clock.ts';
import { CommandError } from '../base/errors.ts';
import { copyBytes } from '../base/runs.ts';
import type { BatchReader } from '../delta/batch-reader.ts';
import type { BatchWriter } from '../delta/batch-writer.ts';
import { DeltaKind, keyspacesMax, UnheldFlag } from '../delta/kinds.ts';
import { outOfMemory } from '../resp/errors.ts';
import { EntryType } from './entry.ts';
import type { Dot } from './key-state.ts';
import type { Keyspace } from './keyspace.ts';
import { type ListEnds, listEndsBytes, packEnds, unitedEnds, unpackEnds } from './list/list-ends.ts';
import { readInteger } from './list/position.ts';
import type { Store } from './store.ts';
import { Table } from './table.ts';
import { filterHash, UnheldFilter } from './unheld-filter.ts';

/** Of the memory limit, what marks may take. */
const budgetShare = 1 / 16;
/** What a mark takes besides its block. */
const slotBytes = 8;
/** In the access clock of a mark: there may have been counters in the key; a part of it may be here. */
const countersBit = 1;
const partBit = 2;
/** Marks looked at for folding when a new one is over the budget. */
const foldedAtOnce = 16;
/** Keys remembered of which nothing was to be had. */
const absentMax = 4096;
/** The type of a key that nobody remembers. */
export const unknownType = 7;

export interface UnheldKey {
  /** EntryType of what was evicted, or `unknownType`. */
  readonly type: number;
  /** There may have been counters in it. */
  readonly hasCounters: boolean;
  /** How far a list reaches; undefined where nobody remembers. */
  readonly ends?: ListEnds | undefined;
}

/** Where a scan of all this stands. */
export class UnheldCursor {
  keyspace = 0;
  cursor = 0;
  /** Keyspace and piece of the filters. */
  filter = 0;
  chunk = 0;
}

export class Unheld {
  /** Told when there come to be such keys, and when there are none any more. */
  onChange: ((isAny: boolean) => void) | undefined;
  /** Told of a key for which something came that was left out. */
  onLeftOut: ((ks: Keyspace, key: Buffer) => void) | undefined;
  /** Keys marked; those in the filters are not counted. */
  count = 0;
  /** Of the keys marked, those of which a part may be here. */
  private parts = 0;
  private readonly store: Store;
  /** By keyspace. */
  private readonly tables: (Table | undefined)[] = [];
  private readonly filters: (UnheldFilter | undefined)[] = [];
  /**
   * Keys that a filter speaks of and that nobody has: the keeper said so, and would have told of it since. Oldest
   * first.
   */
  private readonly absent = new Set<string>();
  /** Keys of which something is left out in the block that is replayed. */
  private readonly leftOut = new Set<string>();
  private readonly markBytes = new Float64Array(keyspacesMax);
  private foldKeyspace = 0;
  private foldCursor = 0;
  /** Above all stamps that were in what was evicted or left out. */
  private seenStamp = 0;
  private wasAny = false;

  constructor(store: Store) {
    this.store = store;
  }

  get isAny(): boolean {
    return this.wasAny;
  }

  /** Marks have been folded into filters: a key that is not here may be elsewhere though nobody evicted it. */
  get isFiltering(): boolean {
    return this.filters.some((filter) => filter !== undefined);
  }

  /** Bytes of marks and filters. */
  get bytes(): number {
    return this.filters.reduce((sum, filter) => sum + (filter?.bytes ?? 0), this.allMarkBytes);
  }

  private get allMarkBytes(): number {
    return this.markBytes.reduce((sum, bytes) => sum + bytes, 0);
  }

  /** What is known of a key that is not held whole; undefined where it is. */
  find(ks: Keyspace, hash: number, key: Uint8Array, offset: number, length: number): UnheldKey | undefined {
    // Whoever asks will look for the key's entry next, and most often it is there.
    const isHere = ks.entryOf(hash, key, offset, length) !== 0;
    if (isHere && this.parts === 0) return undefined;
    const mark = this.markOf(ks, hash, key, offset, length);
    if (mark !== 0) return this.unheldAt(mark);
    const filter = this.filters[ks.id];
    if (filter === undefined || isHere) return undefined;
    if (ks.tombOf(hash, key, offset, length) !== 0) return undefined;
    const bits = filterHash(key, offset, length);
    if (!filter.has(bits) || this.absent.has(nameOf(ks, key, offset, length))) return undefined;
    return { type: unknownType, hasCounters: filter.hasCounters(bits) };
  }

  private unheldAt(mark: number): UnheldKey {
    const { entries } = this.store;
    const type = entries.encoding(mark);
    const unheld = { type, hasCounters: (entries.access(mark) & countersBit) !== 0 };
    return type === EntryType.list ? { ...unheld, ends: this.endsAt(mark) } : unheld;
  }

  private endsAt(mark: number): ListEnds | undefined {
    const { entries, arena } = this.store;
    return unpackEnds(arena.u8, entries.valueOffset(mark), entries.valueLength(mark));
  }

  /** Parts of keys may be here whose rest is not. */
  get hasParts(): boolean {
    return this.parts > 0;
  }

  /** How far a list reaches that is not held whole; undefined where it is, or nobody remembers. */
  endsOf(ks: Keyspace, hash: number, key: Uint8Array, offset: number, length: number): ListEnds | undefined {
    const mark = this.markOf(ks, hash, key, offset, length);
    return mark === 0 ? undefined : this.unheldAt(mark).ends;
  }

  /** The same of a list that is about to be evicted from `at`, with what of it was not here. */
  endsWith(ks: Keyspace, at: number, key: Uint8Array): ListEnds | undefined {
    const here = this.store.otherLists.endsAt(at);
    const mark = this.markOf(ks, this.store.hashOfEntry(at), key, 0, key.length);
    if (mark === 0) return here;
    const { ends } = this.unheldAt(mark);
    return ends && unitedEnds(ends, here);
  }

  private widen(mark: number, more: ListEnds): void {
    const ends = this.endsAt(mark);
    if (ends === undefined) return;
    const { entries, arena } = this.store;
    arena.u8.set(packEnds(unitedEnds(ends, more)), entries.valueOffset(mark));
  }

  /** Marks a key that is evicted at `dot`, or that a snapshot says is unheld. */
  mark(
    ks: Keyspace,
    hash: number,
    key: Uint8Array,
    offset: number,
    length: number,
    unheld: UnheldKey,
    dot: Dot,
  ): void {
    this.seenStamp = Math.max(this.seenStamp, dot.stamp);
    if (this.absent.size > 0) this.absent.delete(nameOf(ks, key, offset, length));
    const { entries } = this.store;
    const known = this.markOf(ks, hash, key, offset, length);
    if (known === 0) {
      if (!this.add(ks, hash, key, offset, length, unheld, dot)) {
        this.filterOf(ks).add(filterHash(key, offset, length), unheld.hasCounters);
      }
      this.notePart(ks, hash, key, offset, length);
      this.tell();
      this.fold();
      return;
    }
    const hasCounters = unheld.hasCounters || (entries.access(known) & countersBit) !== 0;
    entries.setDot(known, dot.origin, stampHi(dot.stamp), stampLo(dot.stamp));
    entries.setEncoding(known, unheld.type);
    if (unheld.ends !== undefined) this.widen(known, unheld.ends);
    this.setPart(known, false);
    entries.setAccess(known, hasCounters ? countersBit : 0);
    this.notePart(ks, hash, key, offset, length);
  }

  /** A part of the key may be here when it is marked: what was written since, where that is replayed. */
  private notePart(ks: Keyspace, hash: number, key: Uint8Array, offset: number, length: number): void {
    if (ks.entryOf(hash, key, offset, length) === 0) return;
    const mark = this.markOf(ks, hash, key, offset, length);
    if (mark !== 0) this.setPart(mark, true);
  }

  private setPart(mark: number, isPart: boolean): void {
    const { entries } = this.store;
    const access = entries.access(mark);
    if (((access & partBit) !== 0) === isPart) return;
    entries.setAccess(mark, access ^ partBit);
    this.parts += isPart ? 1 : -1;
  }

  /**
   * Something is about to be written into an unheld key: from now on it has a mark of its own, as it will be there and
   * still not whole. Throws CommandError OOM.
   */
  keepPart(ks: Keyspace, hash: number, key: Uint8Array, offset: number, length: number): void {
    if (this.markOf(ks, hash, key, offset, length) === 0) {
      const unheld = this.find(ks, hash, key, offset, length);
      if (unheld === undefined) return;
      const { clock, self } = this.store;
      const dot = { stamp: clock.last(), origin: self };
      if (!this.add(ks, hash, key, offset, length, unheld, dot)) throw new CommandError(outOfMemory);
      // A snapshot may have the part and not the mark: replay must make it.
      this.store.recorder?.unheld(ks.id, key, offset, length, dot, flagsOf(unheld), endsIn(unheld));
      this.tell();
    }
    this.setPart(this.markOf(ks, hash, key, offset, length), true);
  }

  /** What follows of the key in the block that is replayed was left out. */
  beginLeftOut(ks: Keyspace, key: Uint8Array, offset: number, length: number): void {
    this.leftOut.add(nameOf(ks, key, offset, length));
  }

  endLeftOut(): void {
    if (this.leftOut.size > 0) this.leftOut.clear();
  }

  wasLeftOut(ks: Keyspace, key: Uint8Array, offset: number, length: number): boolean {
    return this.leftOut.size > 0 && this.leftOut.has(nameOf(ks, key, offset, length));
  }

  /** Something for an unheld key was left out. */
  leaveOut(ks: Keyspace, hash: number, d: BatchReader): void {
    this.seenStamp = Math.max(this.seenStamp, d.stamp);
    const mark = this.markOf(ks, hash, d.buf, d.keyOffset, d.keyLength);
    if (d.kind === DeltaKind.insert && mark !== 0) {
      const rank = readInteger(d.buf, d.positionOffset);
      this.widen(mark, { first: rank, last: rank });
    }
    if (d.kind === DeltaKind.count) this.noteCounters(ks, mark, d);
    this.onLeftOut?.(ks, Buffer.from(d.buf.subarray(d.keyOffset, d.keyOffset + d.keyLength)));
  }

  /** There is a counter now in a key whose mark is this; 0: it has none, and so is in the filter. */
  private noteCounters(ks: Keyspace, mark: number, { buf, keyOffset, keyLength }: BatchReader): void {
    const { entries } = this.store;
    if (mark !== 0) entries.setAccess(mark, entries.access(mark) | countersBit);
    else this.filterOf(ks).add(filterHash(buf, keyOffset, keyLength), true);
  }

  /** The key is held whole, also if nothing of it is here. Returns whether that is news. */
  holdWhole(ks: Keyspace, hash: number, key: Uint8Array): boolean {
    const hadMark = this.unmark(ks, hash, key, 0, key.length);
    if (!this.isFiltering) return hadMark;
    if (this.find(ks, hash, key, 0, key.length) !== undefined) this.noteAbsent(ks, key);
    return true;
  }

  private noteAbsent(ks: Keyspace, key: Uint8Array): void {
    this.absent.add(nameOf(ks, key, 0, key.length));
    for (const name of this.absent) {
      if (this.absent.size <= absentMax) return;
      this.absent.delete(name);
    }
  }

  private unmark(ks: Keyspace, hash: number, key: Uint8Array, offset: number, length: number): boolean {
    const table = this.tables[ks.id];
    const slot = table?.find(hash, key, offset, length) ?? 0;
    if (table === undefined || slot === 0) return false;
    this.drop(ks, table, hash, slot);
    this.tell();
    return true;
  }

  /** The whole keyspace was cleared by a statement with this stamp. */
  cleared(ks: Keyspace, stamp: number): void {
    if (this.wasAny && stamp > this.seenStamp) this.forget(ks);
  }

  /** Everything will come anew. */
  clear(): void {
    for (const ks of this.store.keyspaces) this.forget(ks);
  }

  private forget(ks: Keyspace): void {
    const table = this.tables[ks.id];
    this.filters[ks.id] = undefined;
    this.tables[ks.id] = undefined;
    this.absent.clear();
    if (table !== undefined) {
      for (let cursor = 0, isMore = this.parts > 0; isMore; isMore = cursor !== 0) {
        cursor = table.scan(cursor, 1024, (mark) => this.setPart(mark, false));
      }
      this.count -= table.size;
      this.store.discard(table);
    }
    this.markBytes[ks.id] = 0;
    this.tell();
  }

  private tell(): void {
    const isAny = this.count > 0 || this.isFiltering;
    if (isAny === this.wasAny) return;
    this.wasAny = isAny;
    this.onChange?.(isAny);
  }

  private markOf(ks: Keyspace, hash: number, key: Uint8Array, offset: number, length: number): number {
    const table = this.tables[ks.id];
    if (table === undefined || table.size === 0) return 0;
    const slot = table.find(hash, key, offset, length);
    return slot === 0 ? 0 : table.entryAt(slot);
  }

  /** False where there is no memory. */
  private add(
    ks: Keyspace,
    hash: number,
    key: Uint8Array,
    offset: number,
    length: number,
    { type, hasCounters, ends }: UnheldKey,
    { stamp, origin }: Dot,
  ): boolean {
    const { arena, entries, hash: keyHash } = this.store;
    const table = this.tables[ks.id] ?? new Table(arena, entries, keyHash);
    if (!table.reserve(hash, 0)) return false;
    this.tables[ks.id] = table;
    const more = ends === undefined ? 0 : listEndsBytes;
    const at = arena.alloc(entries.size(length, more, false), 0);
    if (at === 0) return false;
    const [access, hi, lo] = [hasCounters ? countersBit : 0, stampHi(stamp), stampLo(stamp)];
    entries.init(at, EntryType.mark, type, length, more, false, origin, hi, lo, access);
    copyBytes(arena.u8, entries.keyOffset(at), key, offset, length);
    if (ends !== undefined) arena.u8.set(packEnds(ends), entries.valueOffset(at));
    table.insert(hash, at);
    this.count += 1;
    this.markBytes[ks.id] = this.markBytes[ks.id]! + arena.capacity(at) + slotBytes;
    return true;
  }

  private drop(ks: Keyspace, table: Table, hash: number, slot: number): void {
    const { arena } = this.store;
    const at = table.entryAt(slot);
    this.setPart(at, false);
    table.remove(hash, slot);
    this.count -= 1;
    this.markBytes[ks.id] = this.markBytes[ks.id]! - arena.capacity(at) - slotBytes;
    arena.free(at);
  }

  private filterOf(ks: Keyspace): UnheldFilter {
    const filter = this.filters[ks.id] ?? new UnheldFilter(this.store.limitBytes);
    this.filters[ks.id] = filter;
    return filter;
  }

  /** Over the budget: folds some marks, those of keys of which a part is here aside. */
  private fold(): void {
    const { store } = this;
    if (this.allMarkBytes <= store.limitBytes * budgetShare) return;
    const table = this.tables[this.foldKeyspace];
    if (table === undefined || table.size === 0) {
      this.foldKeyspace = (this.foldKeyspace + 1) % keyspacesMax;
      this.foldCursor = 0;
      return;
    }
    const ks = store.keyspaces[this.foldKeyspace]!;
    const { arena, entries } = store;
    const found: number[] = [];
    this.foldCursor = table.scan(this.foldCursor, foldedAtOnce, (at) => found.push(at));
    if (this.foldCursor === 0) this.foldKeyspace = (this.foldKeyspace + 1) % keyspacesMax;
    for (const at of found) {
      const [offset, length] = [entries.keyOffset(at), entries.keyLength(at)];
      const hash = store.hash.of(arena.u8, offset, length);
      if (ks.entryOf(hash, arena.u8, offset, length) !== 0) continue;
      this.filterOf(ks).add(filterHash(arena.u8, offset, length), this.unheldAt(at).hasCounters);
      this.drop(ks, table, hash, table.find(hash, arena.u8, offset, length));
    }
  }

  /**
   * Appends a slice of the marks as local records; returns whether there is more. They go before all keys: what comes
   * of a marked key is a part.
   */
  emitMarks(writer: BatchWriter, count: number, at: UnheldCursor): boolean {
    const table = this.tables[at.keyspace];
    const visit = (entry: number): void => this.emitMark(writer, at.keyspace, entry);
    at.cursor = table === undefined ? 0 : table.scan(at.cursor, count, visit);
    if (at.cursor === 0) at.keyspace += 1;
    return at.keyspace < keyspacesMax;
  }

  /**
   * The same of the filters, behind all keys: they speak of keys that are not here, and marks that were folded since
   * the scan began are in them.
   */
  emitFilters(writer: BatchWriter, at: UnheldCursor): boolean {
    const { store } = this;
    const ks = store.keyspaces[at.filter];
    if (ks === undefined) return false;
    const filter = this.filters[ks.id];
    const piece = filter?.chunk(at.chunk);
    const dot = { stamp: this.seenStamp, origin: store.self };
    if (piece !== undefined) writer.unheld(ks.id, piece, 0, 0, dot, UnheldFlag.filter, piece);
    at.chunk += 1;
    if (filter === undefined || at.chunk >= filter.chunks) {
      at.chunk = 0;
      at.filter += 1;
    }
    return at.filter < keyspacesMax;
  }

  private emitMark(writer: BatchWriter, keyspace: number, at: number): void {
    const { entries, arena } = this.store;
    const unheld = this.unheldAt(at);
    const dot = { stamp: entries.stamp(at), origin: entries.origin(at) };
    const [offset, length] = [entries.keyOffset(at), entries.keyLength(at)];
    writer.unheld(keyspace, arena.u8, offset, length, dot, flagsOf(unheld), endsIn(unheld));
  }

  /** Takes in a local record of `emit`, or one that says that a key is held whole. */
  join(ks: Keyspace, hash: number, d: BatchReader): void {
    const { buf, keyOffset, keyLength } = d;
    if (d.has(UnheldFlag.filter)) {
      this.seenStamp = Math.max(this.seenStamp, d.stamp);
      this.filterOf(ks).join(buf.subarray(d.valueOffset, d.valueOffset + d.valueLength));
      this.tell();
    } else if (d.has(UnheldFlag.marked)) {
      this.mark(ks, hash, buf, keyOffset, keyLength, unheldIn(d), { stamp: d.stamp, origin: d.origin });
    } else this.holdWhole(ks, hash, buf.subarray(keyOffset, keyOffset + keyLength));
  }

  /** The tables of marks, whose blocks compaction may move. */
  markTables(): Table[] {
    return this.tables.filter((table) => table !== undefined);
  }
}

function nameOf(ks: Keyspace, key: Uint8Array, offset: number, length: number): string {
  return `${ks.id}:${Buffer.from(key.buffer, key.byteOffset + offset, length).toString('latin1')}`;
}

/** The flags of a record that says of a key what is known. */
export function flagsOf({ type, hasCounters, ends }: UnheldKey): number {
  const bits = (hasCounters ? UnheldFlag.counters : 0) | (ends === undefined ? 0 : UnheldFlag.ends);
  return UnheldFlag.marked | bits | (type << UnheldFlag.typeShift);
}

/** What follows in such a record. */
export function endsIn({ ends }: UnheldKey): Uint8Array | undefined {
  return ends && packEnds(ends);
}

/** What such a record says. */
export function unheldIn(d: BatchReader): UnheldKey {
  const type = (d.flags >>> UnheldFlag.typeShift) & 7;
  const ends = d.has(UnheldFlag.ends) ? unpackEnds(d.buf, d.valueOffset, d.valueLength) : undefined;
  return { type, hasCounters: d.has(UnheldFlag.counters), ends };
}
