// Streams as keys: the entries that live, those that are remembered as dead, what is known of the stream beside them, and
// how a command's change becomes deltas. One stream is open at a time. How entries lie in memory is the business of the
// files in stream/, what joins mean for a stream of stream/join-stream.ts, groups of stream/groups.ts. A stream without
// entries is still there: it goes by a clear only. It knows no commands.
//
//   entry of the key   u32 number of the stream, by which its root is found
//   root               word 0-3 last id, 4-5 entries added, 6-9 greatest id deleted, 10-12 dot of the extent: stamp lower,
//                      upper, origin; 13-17 directory of the living, 18-22 directory of the dead
//
// The extent, last id and entries added, is of the delta with the greatest dot; without one the key does not live. A dead
// entry's dot is the event that removed it, its body the dot that was removed: origin and stamp as varints.
import { assert } from '../base/assert.ts';
import { stampFrom, stampHi, stampLo } from '../base/clock.ts';
import { CommandError } from '../base/errors.ts';
import type { BatchWriter } from '../delta/batch-writer.ts';
import { StreamId } from '../delta/stream-id.ts';
import type { VersionVector } from '../delta/vector.ts';
import { outOfMemory } from '../resp/errors.ts';
import { directoryWords } from './chunk-directory.ts';
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
import { type Dot, emptyState, type KeyState, type Kill, raiseFloor, zeroDot } from './key-state.ts';
import { forgetDead, type Keyspace } from './keyspace.ts';
import { besideOf, StoodKey } from './stood-key.ts';
import type { Store } from './store.ts';
import { EntryChunks } from './stream/entry-chunks.ts';
import { StreamEntry } from './stream/entry-codec.ts';
import { readVarint, StreamFields, varintEnd, writeVarint } from './stream/fields.ts';
import type { GroupNote } from './stream/group-note.ts';
import { GroupCursor, PendingChunks, StreamGroups } from './stream/groups.ts';

const addedWord = 4;
const deletedWord = 6;
const extentWord = 10;
const liveWord = 13;
const deadWord = liveWord + directoryWords;
const rootWords = deadWord + directoryWords;
const rootBytes = rootWords * 4;
const two32 = 4294967296;
const idBytes = 16;
/** Sequences that a node with peers gives are so far apart, at a residue of its own, so that two nodes do not take the same. */
const seqStep = 65_536;
const graveLimits = { bytesMax: 2048, entriesMax: 0 };

/** One origin's last trim: entries with an id below `id` and a dot below its own are dead. */
export interface StreamTrim {
  readonly id: StreamId;
  readonly dot: Dot;
}

/** What few streams have beside their root. */
export class StreamNest {
  /** The key's state but for its content; undefined = nothing worth remembering. */
  meta: KeyState | undefined;
  /** At most one of each origin. */
  trims: StreamTrim[] = [];
  groups: StreamGroups | undefined;
}

export class Streams implements Collection {
  readonly type = EntryType.stream;
  at = 0;
  readonly store: Store;
  /** The entries of the open stream; void after the next change, but for what made it. */
  readonly live: EntryChunks;
  readonly dead: EntryChunks;
  /** The fields of the entry to be written, or of the one that was read. */
  readonly fields = new StreamFields();
  /** What is pending in groups. */
  readonly pending: PendingChunks;
  private readonly e = new StreamEntry();
  private readonly grave = new StreamEntry();
  private readonly killBytes = new Uint8Array(16);
  /** Offsets of roots by number; 0 = free. */
  private readonly roots: number[];
  private readonly freeNumbers: number[];
  private readonly nests: Map<number, StreamNest>;
  private readonly numberBytes = new Uint8Array(4);
  private readonly idBuffer = new Uint8Array(idBytes);
  private readonly lastSeen = new StreamId();
  private readonly edge = new StreamId();
  private readonly deletedId = new StreamId();
  private readonly noId = new StreamId();
  private readonly key: StoodKey;
  private number = 0;
  /** Word index of the open stream's root. */
  private w = 0;

  /** `sibling`: another one for the same store, with which it shares what there is of each stream. */
  constructor(store: Store, sibling?: Streams) {
    this.store = store;
    this.key = new StoodKey(store, EntryType.stream);
    this.roots = sibling?.roots ?? [0];
    this.freeNumbers = sibling?.freeNumbers ?? [];
    this.nests = sibling?.nests ?? new Map();
    this.pending = sibling?.pending ?? new PendingChunks(store.ground);
    this.live = this.newChunks(false);
    this.dead = this.newChunks(true);
  }

  private newChunks(isGrave: boolean): EntryChunks {
    const { ground, listpackLimits } = this.store;
    return new EntryChunks(ground, isGrave ? graveLimits : listpackLimits.streamNode, {
      isGrave,
      hasDots: true,
    });
  }

  // ---- opening

  /**
   * Opens a key for the calls that follow; `key` must stay as it is meanwhile. Returns whether it exists. Throws
   * CommandError WRONGTYPE where it is of another type.
   */
  open(ks: Keyspace, key: Uint8Array, offset: number, length: number): boolean {
    this.lookAnew(this.key.find(ks, key, offset, length));
    return this.at !== 0;
  }

  /** Opens a key whose entry has been found: 0 = there is none. */
  stand(ks: Keyspace, hash: number, at: number, key: Uint8Array, offset: number, length: number): void {
    this.key.stand(ks, hash, key, offset, length);
    this.lookAnew(at);
  }

  private lookAnew(at: number): void {
    this.at = at;
    if (at === 0) return;
    this.number = this.store.entries.nestNumber(at);
    const root = this.roots[this.number]!;
    assert(root !== 0, 'an entry names a stream that is gone');
    this.w = root >> 2;
    this.live.directory.load(this.w + liveWord);
    this.dead.directory.load(this.w + deadWord);
  }

  /** Writes down where the chunks are after a change. */
  save(): void {
    this.live.directory.save(this.w + liveWord);
    this.dead.directory.save(this.w + deadWord);
  }

  get keyRange(): { readonly key: Uint8Array; readonly offset: number; readonly length: number } {
    return this.key.range;
  }

  get keyspace(): Keyspace {
    return this.key.ks;
  }

  /** Entries of the open stream. */
  get size(): number {
    return this.at === 0 ? 0 : this.live.count;
  }

  /** The groups of the open stream, which there is; undefined where it has none. */
  get groups(): StreamGroups | undefined {
    return this.nests.get(this.number)?.groups;
  }

  /** The groups of the open stream, which may be none yet. */
  groupsToWrite(): StreamGroups {
    const nest = this.nest;
    nest.groups ??= new StreamGroups(this.store.ground, this.pending);
    return nest.groups;
  }

  private get nest(): StreamNest {
    let nest = this.nests.get(this.number);
    if (nest === undefined) {
      nest = new StreamNest();
      this.nests.set(this.number, nest);
    }
    return nest;
  }

  get trims(): readonly StreamTrim[] {
    return this.nests.get(this.number)?.trims ?? [];
  }

  /** Bytes of an entry's stream beside the entry. */
  outerBytes(at: number): number {
    this.lookAnew(at);
    const { arena } = this.store;
    const chunks = this.live.directory.blockBytes() + this.dead.directory.blockBytes();
    return arena.capacity(this.w << 2) + chunks + (this.groups?.blockBytes() ?? 0);
  }

  // ---- what is known of the open stream

  /** The last id given. */
  lastId(into: StreamId): StreamId {
    into.load(this.store.arena.i32, this.w);
    if (this.live.count === 0) return into;
    const top = this.live.last(this.edge);
    return top.compare(into) > 0 ? into.copy(top) : into;
  }

  get added(): number {
    return Math.max(this.live.count, this.storedAdded);
  }

  private get storedAdded(): number {
    const { i32 } = this.store.arena;
    return (i32[this.w + addedWord + 1]! >>> 0) * two32 + (i32[this.w + addedWord]! >>> 0);
  }

  private set storedAdded(n: number) {
    const { i32 } = this.store.arena;
    i32[this.w + addedWord] = n | 0;
    i32[this.w + addedWord + 1] = Math.floor(n / two32);
  }

  /** The greatest id that was deleted. */
  maxDeleted(into: StreamId): StreamId {
    return into.load(this.store.arena.i32, this.w + deletedWord);
  }

  /** What is stated of the greatest id deleted: with peers, of which each knows its own, it only raises that. */
  stateDeleted(id: StreamId): void {
    if (this.store.ground.keepsDead) this.raiseDeleted(id);
    else id.save(this.store.arena.i32, this.w + deletedWord);
  }

  raiseDeleted(id: StreamId): void {
    const { i32 } = this.store.arena;
    if (this.deletedId.load(i32, this.w + deletedWord).compare(id) < 0) id.save(i32, this.w + deletedWord);
  }

  private get isAlive(): boolean {
    const { i32 } = this.store.arena;
    return i32[this.w + extentWord] !== 0 || i32[this.w + extentWord + 1] !== 0;
  }

  /** The dot of the extent; zeroDot = none. */
  private get extentDot(): Dot {
    const { i32 } = this.store.arena;
    const w = this.w + extentWord;
    return this.isAlive ? { stamp: stampFrom(i32[w + 1]!, i32[w]!), origin: i32[w + 2]! } : zeroDot;
  }

  private setExtentDot(hi: number, lo: number, origin: number): void {
    const { i32 } = this.store.arena;
    const w = this.w + extentWord;
    i32[w] = lo;
    i32[w + 1] = hi;
    i32[w + 2] = origin;
  }

  /** The last id given in the open stream, which may not be there. */
  lastOrNone(into: StreamId): StreamId {
    return this.at === 0 ? into.set(0, 0, 0, 0) : this.lastId(into);
  }

  /**
   * The next id behind `last` where the client leaves it to the node, `nowMs` being the time; false where there is none.
   * `id` has the ms already where `isSequenceOnly`.
   */
  nextId(id: StreamId, last: StreamId, nowMs: number, isSequenceOnly: boolean): boolean {
    if (!isSequenceOnly) id.setNumbers(nowMs, 0);
    const isLater = id.msHi !== last.msHi ? id.msHi > last.msHi : id.msLo > last.msLo;
    if (isLater) id.set(id.msHi, id.msLo, 0, 0);
    else if (isSequenceOnly && (id.msHi !== last.msHi || id.msLo !== last.msLo)) return false;
    else {
      id.copy(last);
      if (!id.increment()) return false;
      if (isSequenceOnly && (id.msHi !== last.msHi || id.msLo !== last.msLo)) return false;
    }
    if (!this.store.ground.keepsDead) return true;
    const residue = originResidue(this.store);
    const seq = Math.ceil((id.seqHi * two32 + id.seqLo - residue) / seqStep) * seqStep + residue;
    // Where sequences are used up like this, what was given by hand decides.
    if (seq <= Number.MAX_SAFE_INTEGER) id.set(id.msHi, id.msLo, Math.floor(seq / two32), seq >>> 0);
    return true;
  }

  // ---- local changes, each with its delta. They throw CommandError OOM, or that of a limit, and change nothing then

  /** Adds an entry of `fields`, whose id is above all others; the stream is made where there is none. */
  add(id: StreamId): void {
    const { store, e, fields } = this;
    const isNew = this.at === 0;
    const valueBytes = fields.length > store.limits.valueBytesMax ? fields.longestBytes : 0;
    store.checkLimits(this.key.length, valueBytes, isNew);
    if (isNew) this.createOwn();
    const { clock } = store;
    clock.tick();
    e.id.copy(id);
    e.stamp = clock.last();
    e.origin = store.self;
    try {
      this.live.append(e, fields);
    } catch (error) {
      if (isNew) this.settle();
      throw error;
    }
    if (this.dead.count > 0 && this.dead.find(id)) {
      this.dead.remove();
      this.save();
    } else this.live.directory.save(this.w + liveWord);
    const added = Math.max(this.live.count, this.storedAdded + 1);
    this.storedAdded = added;
    id.save(store.arena.i32, this.w);
    this.touch();
    const { recorder } = store;
    if (recorder !== undefined) {
      this.writeEntry(recorder, id, e.stamp, e.origin, added);
    }
  }

  /** Makes the key, empty, where there is none, and says so. */
  makeEmpty(): void {
    this.store.checkLimits(this.key.length, 0, true);
    this.createOwn();
    this.state(this.noId);
  }

  /** Makes the key as a command does: without the deadline that it had in an earlier life. */
  private createOwn(): void {
    this.create();
    this.lookAnew(this.key.withoutDeadline(this.at));
  }

  /** Says what is known of the stream beside its entries, under a new dot, with a trim where `trim` is above 0. */
  private state(trim: StreamId): void {
    const { store } = this;
    store.clock.tick();
    this.storedAdded = this.added;
    this.touch();
    const { recorder } = store;
    if (recorder === undefined) return;
    const dot = { stamp: store.clock.last(), origin: store.self };
    this.writeExtent(
      recorder,
      dot,
      this.lastId(this.lastSeen),
      this.added,
      this.maxDeleted(this.deletedId),
      trim,
    );
  }

  /** XSETID: `added` below 0 and `maxDeleted` of 0 leave those as they are. */
  setLast(id: StreamId, added: number, maxDeleted: StreamId): void {
    id.save(this.store.arena.i32, this.w);
    if (added >= 0) this.storedAdded = added;
    if (!maxDeleted.isZero) this.stateDeleted(maxDeleted);
    this.state(this.noId);
  }

  /** Removes the entry of an id; false where there is none. `afterRemovals` follows the last one. */
  remove(id: StreamId): boolean {
    const { live, store } = this;
    if (live.count === 0 || !live.find(id)) return false;
    const kill = { stamp: live.codec.stamp, origin: live.codec.origin };
    store.clock.tick();
    const event = { stamp: store.clock.last(), origin: store.self };
    if (store.ground.keepsDead) this.remember(id, kill, event);
    live.find(id);
    live.remove();
    this.save();
    this.raiseDeleted(id);
    if (store.recorder !== undefined) this.writeDrop(store.recorder, id, kill, event);
    return true;
  }

  /** The last id never falls: where only an entry that is gone told of it, the stream does from now on. */
  afterRemovals(last: StreamId): void {
    const { store } = this;
    if (this.lastId(this.lastSeen).compare(last) < 0) {
      last.save(store.arena.i32, this.w);
      this.state(this.noId);
    } else store.touch(this.at);
  }

  /** Entries that a trim to so many would remove; `limit` 0 = no limit; whole chunks alone unless `isExact`. */
  excess(countMax: number, isExact: boolean, limit: number): number {
    const { directory } = this.live;
    const over = directory.count - countMax;
    if (over <= 0) return 0;
    return isExact ? over : this.wholeChunks(limit, (_, before, n) => before + n <= over);
  }

  /** Entries with ids below `id` that a trim would remove. */
  excessBelow(id: StreamId, isExact: boolean, limit: number): number {
    if (this.live.count === 0) return 0;
    if (isExact) return this.live.countBelow(id);
    const { directory, codec } = this.live;
    return this.wholeChunks(limit, (i) => codec.compareLast(directory.chunkAt(i), id) < 0);
  }

  private wholeChunks(limit: number, goes: (ordinal: number, before: number, n: number) => boolean): number {
    const { directory } = this.live;
    let found = 0;
    for (let i = 0; i < directory.size; i++) {
      const n = directory.countAt(i);
      if (!goes(i, found, n) || (limit > 0 && found + n > limit)) break;
      found += n;
    }
    return found;
  }

  /** Removes the first `n` entries, of which there are so many. */
  trim(n: number): void {
    const { store, live } = this;
    const bound = new StreamId();
    if (n === live.count) {
      live.last(bound);
      if (!bound.increment()) {
        this.removeFirst(n);
        return;
      }
    } else this.readNth(n, bound);
    const known = this.trims.find((trim) => trim.dot.origin === store.self);
    if (known !== undefined && known.id.compare(bound) > 0) {
      this.removeFirst(n);
      return;
    }
    this.lastId(this.lastSeen).save(store.arena.i32, this.w);
    this.storedAdded = this.added;
    live.removeFirsts(n, false);
    if (this.dead.count > 0) this.dead.removeFirsts(this.dead.countBelow(bound), false);
    this.save();
    this.state(bound);
    const dot = { stamp: store.clock.last(), origin: store.self };
    if (store.ground.keepsDead) this.rememberTrim({ id: bound, dot });
  }

  /** Removes entries one by one: where entries came late, below what was trimmed before. */
  private removeFirst(n: number): void {
    const last = new StreamId();
    this.lastId(last);
    const id = new StreamId();
    for (let i = 0; i < n; i++) this.remove(this.live.first(id));
    this.afterRemovals(last);
  }

  private readNth(n: number, into: StreamId): void {
    const { live } = this;
    const { directory } = live;
    let rest = n;
    let ordinal = 0;
    while (directory.countAt(ordinal) <= rest) rest -= directory.countAt(ordinal++);
    live.ordinal = ordinal;
    live.codec.open(directory.chunkAt(ordinal));
    for (let i = 0; i <= rest; i++) live.codec.next();
    into.copy(live.codec.id);
  }

  /** Remembers a trim in place of the earlier one of its origin, unless another says more. */
  rememberTrim(trim: StreamTrim): boolean {
    const { order } = this.store.ground;
    const { trims } = this;
    const known = trims.find((other) => other.dot.origin === trim.dot.origin);
    if (known !== undefined && known.dot.stamp >= trim.dot.stamp) return false;
    const saysMore = (a: StreamTrim, b: StreamTrim): boolean =>
      a.id.compare(b.id) >= 0 && order(a.dot, b.dot) >= 0;
    if (trims.some((other) => saysMore(other, trim))) return false;
    this.nest.trims = [...trims.filter((other) => other !== known && !saysMore(trim, other)), trim];
    return true;
  }

  /** Whether a trim that is remembered killed the entry of this id and dot. */
  isTrimmed(id: StreamId, dot: Dot): boolean {
    const { order } = this.store.ground;
    return this.trims.some((trim) => id.compare(trim.id) < 0 && order(dot, trim.dot) < 0);
  }

  /** Removes the open stream, which exists, by one clear. */
  clear(): void {
    clearWhole(this.store, this.key.ks.id, this);
  }

  /** Puts copies of all entries, with their ids, under new dots, and of the groups over another key. */
  shipTo(ks: Keyspace, key: Uint8Array, offset: number, length: number): void {
    const { store } = this;
    const { at } = this;
    const { ks: ownKs, hash, bytes: ownBytes, offset: ownOffset, length: ownLength } = this.key;
    const bytes = this.live.directory.blockBytes();
    store.requireBlock(bytes + (bytes >> 2) + 2 * rootBytes + (this.groups?.blockBytes() ?? 0));
    store.remove(ks, key, offset, length);
    this.stand(ownKs, hash, at, ownBytes, ownOffset, ownLength);
    const to = store.streams;
    to.open(ks, key, offset, length);
    const { live } = this;
    live.begin();
    while (live.next()) {
      this.readFields(to.fields);
      to.add(live.codec.id);
    }
    if (to.at === 0) to.makeEmpty();
    to.setLast(this.lastId(this.edge), this.added, this.maxDeleted(this.deletedId));
    if (this.groups !== undefined) {
      to.groupsToWrite().copyFrom(this.groups);
      to.recordGroups();
    }
  }

  /** Reads the fields of the entry at which the living stand. */
  readFields(into: StreamFields = this.fields): void {
    const { codec, directory, ordinal } = this.live;
    const names = codec.namesAt(directory.chunkAt(ordinal));
    into.assemble(codec.u8, names, codec.bodyAt, codec.bodyLength, codec.hasNames);
  }

  // ---- the dead

  /** Enters a removed id, which is not there, among the dead. */
  remember(id: StreamId, kill: Dot, event: Dot): void {
    this.loadGrave(id, kill, event);
    this.dead.find(id);
    this.dead.insert(this.grave);
    this.save();
  }

  /** Gives a dead id, at which the dead stand, a later removal. */
  rememberAnew(id: StreamId, kill: Dot, event: Dot): void {
    this.loadGrave(id, kill, event);
    this.dead.replace(this.grave);
    this.save();
  }

  private loadGrave(id: StreamId, kill: Dot, event: Dot): void {
    const { grave, killBytes } = this;
    grave.id.copy(id);
    grave.stamp = event.stamp;
    grave.origin = event.origin;
    grave.body = killBytes;
    grave.length = writeVarint(kill.stamp, killBytes, writeVarint(kill.origin, killBytes, 0));
  }

  /** What the dead entry at which the dead stand was killed with. */
  killOfDead(): Dot {
    const { u8, bodyAt } = this.dead.codec;
    return { origin: readVarint(u8, bodyAt), stamp: readVarint(u8, varintEnd(u8, bodyAt, u8.length)) };
  }

  // ---- deltas

  private writeEntry(writer: BatchWriter, id: StreamId, stamp: number, origin: number, added: number): void {
    const { fields, key } = this;
    writer.entry(
      key.ks.id,
      key.bytes,
      key.offset,
      key.length,
      origin,
      stampHi(stamp),
      stampLo(stamp),
      id,
      added,
      fields.bytes,
      fields.offset,
      fields.length,
    );
  }

  private writeExtent(
    writer: BatchWriter,
    dot: Dot,
    last: StreamId,
    added: number,
    deleted: StreamId,
    trim: StreamId,
  ): void {
    const [hi, lo] = [stampHi(dot.stamp), stampLo(dot.stamp)];
    const { ks, bytes, offset, length } = this.key;
    writer.extent(ks.id, bytes, offset, length, dot.origin, hi, lo, last, added, deleted, trim);
  }

  private writeDrop(writer: BatchWriter, id: StreamId, kill: Dot, event: Dot): void {
    const { idBuffer } = this;
    writeIdBytes(id, idBuffer);
    writer.within(EntryType.stream, this.key.bytes, this.key.offset, this.key.length);
    writer.clear(
      this.key.ks.id,
      idBuffer,
      0,
      idBytes,
      event.origin,
      stampHi(event.stamp),
      stampLo(event.stamp),
      kill.origin,
      stampHi(kill.stamp),
      stampLo(kill.stamp),
      EntryType.stream,
    );
    writer.outside();
  }

  /** Notes a change of groups in the journal; it travels no further. */
  recordGroup(note: GroupNote): void {
    const { recorder } = this.store;
    if (recorder !== undefined) this.writeGroup(recorder, note.bytes, note.length);
  }

  private writeGroup(writer: BatchWriter, value: Uint8Array, length: number): void {
    const { entries } = this.store;
    const { at } = this;
    const { ks, bytes, offset, length: keyLength } = this.key;
    const [origin, hi, lo] = [entries.origin(at), entries.hi(at), entries.lo(at)];
    writer.group(ks.id, bytes, offset, keyLength, origin, hi, lo, value, 0, length);
  }

  /** Notes all groups in the journal, as they are. */
  recordGroups(): void {
    this.groups?.emit((note) => this.recordGroup(note), Number.POSITIVE_INFINITY, new GroupCursor());
  }

  /**
   * Appends the deltas of the open stream that a peer's vector does not cover, until at least `entriesMax` entries were
   * looked at. Returns whether the end was reached; else the cursor says where to go on. Groups go along where `isLocal`.
   */
  emit(
    writer: BatchWriter,
    covered: VersionVector | undefined,
    entriesMax: number,
    cursor: StreamCursor,
    isLocal: boolean,
  ): boolean {
    const isNew = (dot: Dot): boolean => dot.origin !== 0 && covered?.covers(dot.origin, dot.stamp) !== true;
    const { noId } = this;
    if (!cursor.started && !cursor.inDead) {
      for (const { id, dot } of this.trims) if (isNew(dot)) this.writeExtent(writer, dot, noId, 0, noId, id);
    }
    let rest = entriesMax;
    if (!cursor.inDead) {
      rest -= this.emitChunks(this.live, rest, cursor, isNew, (dot) => {
        this.readFields();
        this.writeEntry(writer, this.live.codec.id, dot.stamp, dot.origin, 0);
      });
      if (rest <= 0) return false;
      cursor.inDead = true;
      cursor.started = false;
    }
    rest -= this.emitChunks(this.dead, rest, cursor, isNew, (event) => {
      this.writeDrop(writer, this.dead.codec.id, this.killOfDead(), event);
    });
    if (rest <= 0) return false;
    const own = this.extentDot;
    if (isNew(own) && cursor.groups.group === undefined) {
      const last = this.lastSeen.load(this.store.arena.i32, this.w);
      this.writeExtent(writer, own, last, this.storedAdded, this.maxDeleted(this.deletedId), noId);
    }
    return (
      !isLocal ||
      this.groups?.emit((note) => this.writeGroup(writer, note.bytes, note.length), rest, cursor.groups) !==
        false
    );
  }

  private emitChunks(
    chunks: EntryChunks,
    entriesMax: number,
    cursor: StreamCursor,
    isNew: (dot: Dot) => boolean,
    write: (dot: Dot) => void,
  ): number {
    const { codec } = chunks;
    let looks = 0;
    if (chunks.count === 0) return 0;
    let more = true;
    if (cursor.started) {
      more = chunks.seek(cursor.last);
      if (more && codec.id.compare(cursor.last) === 0) more = chunks.next();
    } else {
      chunks.begin();
      more = chunks.next();
    }
    for (; more && looks < entriesMax; more = chunks.next()) {
      looks += 1;
      cursor.started = true;
      cursor.last.copy(codec.id);
      const dot = { stamp: codec.stamp, origin: codec.origin };
      if (isNew(dot)) write(dot);
    }
    return looks;
  }

  // ---- the key beside its entries

  greatest(): Dot {
    return greatestWith(this.store, this.at, this.meta());
  }

  meta(): KeyState {
    return this.at === 0 ? emptyState() : metaWith(this.store, this.at, this.nests.get(this.number)?.meta);
  }

  setMeta(state: KeyState): void {
    if (!this.store.ground.keepsDead) forgetDead(state);
    const beside = besideOf(state);
    if (beside !== undefined || this.nests.has(this.number)) this.nest.meta = beside;
    const at = this.key.restate(this.at, state.expiry);
    if (at !== this.at) this.lookAnew(at);
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

  raiseTo(floor: Dot): boolean {
    const meta = this.meta();
    if (!raiseFloor(meta, floor, this.store.ground.order)) return false;
    this.filter(floor);
    this.settleWith(meta);
    return true;
  }

  prune(mayGo: (dots: readonly Dot[]) => boolean): number {
    const { dead } = this;
    const nest = this.nests.get(this.number);
    const before = dead.count + (nest?.trims.length ?? 0);
    if (before === 0) return 0;
    if (dead.count > 0) {
      const { codec } = dead;
      dead.removeWhere(() => mayGo([this.killOfDead(), { stamp: codec.stamp, origin: codec.origin }]));
      this.save();
    }
    if (nest !== undefined) nest.trims = nest.trims.filter((trim) => !mayGo([trim.dot]));
    const gone = before - dead.count - (nest?.trims.length ?? 0);
    if (!this.isAlive && !this.hasMemories) this.release();
    return gone;
  }

  private get hasMemories(): boolean {
    return this.dead.count > 0 || this.trims.length > 0;
  }

  /** Takes out what of the stream is at or below `dot`. */
  private filter(dot: Dot): void {
    const { store, live, dead } = this;
    const { order } = store.ground;
    const { entries } = store;
    const own = { stamp: entries.stamp(this.at), origin: entries.origin(this.at) };
    if (order(own, dot) <= 0) {
      this.empty();
      return;
    }
    const isDoomed = (): boolean => order({ stamp: live.codec.stamp, origin: live.codec.origin }, dot) <= 0;
    if (live.count > 0) live.removeWhere(isDoomed);
    if (dead.count > 0) dead.removeWhere(() => order(this.killOfDead(), dot) <= 0);
    const nest = this.nests.get(this.number);
    if (nest !== undefined) nest.trims = nest.trims.filter((trim) => order(trim.dot, dot) > 0);
    if (order(this.extentDot, dot) <= 0) this.clearExtent();
    this.save();
  }

  private clearExtent(): void {
    this.store.arena.i32.fill(0, this.w, this.w + liveWord);
  }

  private empty(): void {
    const { i32 } = this.store.arena;
    this.live.free();
    this.dead.free();
    const nest = this.nests.get(this.number);
    if (nest !== undefined) {
      nest.groups?.free();
      nest.groups = undefined;
      nest.trims = [];
    }
    i32.fill(0, this.w, this.w + rootWords);
  }

  /** Gives the key's meta back to its entry; where nothing lives, the key is buried, or goes altogether. */
  settleWith(meta: KeyState): void {
    if (this.isAlive) this.setMeta(meta);
    else this.bury(meta);
  }

  settle(): void {
    if (this.at !== 0 && !this.isAlive) this.bury(this.meta());
  }

  private bury(meta: KeyState): void {
    if (this.store.ground.keepsDead && this.hasMemories) {
      this.setMeta(meta);
      this.key.bury(this.at);
      this.lookAnew(0);
      return;
    }
    this.release();
    this.key.save(meta);
  }

  release(): void {
    const { at } = this;
    this.freeNest(at);
    this.key.forget(at);
    this.lookAnew(0);
  }

  /** Frees what an entry has outside its block. */
  freeNest(at: number): void {
    this.lookAnew(at);
    this.empty();
    const { number } = this;
    this.store.arena.free(this.roots[number]!);
    this.roots[number] = 0;
    this.freeNumbers.push(number);
    this.nests.delete(number);
  }

  /** Stamps of removals that are remembered, about `count`, for an estimate of their age. */
  sampleDead(count: number): number[] {
    const { directory, codec } = this.dead;
    const stamps: number[] = [];
    for (const root of this.roots) {
      if (root === 0 || stamps.length >= count) continue;
      directory.load((root >> 2) + deadWord);
      const stride = Math.max(1, Math.floor(directory.size / count));
      for (let ordinal = 0; ordinal < directory.size; ordinal += stride) {
        codec.open(directory.chunkAt(ordinal));
        if (codec.next()) stamps.push(codec.stamp);
      }
    }
    return stamps;
  }

  /** A block was copied from `from` to `to`: takes note where it is a stream's; false where it is not. */
  moveBlock(from: number, to: number): boolean {
    return this.roots.some((root, number) => {
      if (root === 0) return false;
      if (root === from) {
        this.roots[number] = to;
        return true;
      }
      return (
        this.moveWithin(root >> 2, from, to) || this.nests.get(number)?.groups?.moveBlock(from, to) === true
      );
    });
  }

  private moveWithin(w: number, from: number, to: number): boolean {
    for (const [chunks, word] of [
      [this.live, liveWord],
      [this.dead, deadWord],
    ] as const) {
      const { directory } = chunks;
      directory.load(w + word);
      if (!directory.moveBlock(from, to)) continue;
      directory.save(w + word);
      return true;
    }
    return false;
  }

  /** The event of what was just written becomes the greatest dot of the key, which lives. */
  private touch(): void {
    const { store } = this;
    this.setExtentDot(store.clock.hi, store.clock.lo, store.self);
    store.entries.setDot(this.at, store.self, store.clock.hi, store.clock.lo);
    store.touch(this.at);
  }

  /** The greatest dot at or below which everything is dead. */
  get bound(): Dot {
    const known = this.at === 0 ? this.key.known() : this.nests.get(this.number)?.meta;
    return boundOf(known, this.store.ground.order);
  }

  /**
   * Takes what a joined delta says of the stream as a whole, unless a later one has: of one dot the greater words hold, as
   * a scan tells less of an entry. Returns whether it changed anything.
   */
  joinExtent(dot: Dot, last: StreamId, added: number): boolean {
    const order = this.store.ground.order(dot, this.extentDot);
    if (order < 0) return false;
    const { i32 } = this.store.arena;
    const keepsLast = order === 0 && this.edge.load(i32, this.w).compare(last) >= 0;
    const keepsAdded = order === 0 && this.storedAdded >= added;
    if (!keepsLast) last.save(i32, this.w);
    if (!keepsAdded) this.storedAdded = added;
    this.setExtentDot(stampHi(dot.stamp), stampLo(dot.stamp), dot.origin);
    return !keepsLast || !keepsAdded;
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

  /** Makes the key, or brings it back from the graveyard. */
  private create(): void {
    const exhumed = this.key.exhume();
    if (exhumed !== 0) this.lookAnew(exhumed);
    else this.make(this.key.stateToBegin());
  }

  /** Makes a key for a join, with what is known of it. */
  createForJoin(): void {
    this.make(this.key.known());
  }

  /** Makes the open key, empty, with this state beside its content. */
  private make(meta: KeyState): void {
    const { store, key, numberBytes } = this;
    const { arena, ground } = store;
    const root = arena.alloc(rootBytes, ground.reserveBytes);
    if (root === 0) {
      ground.starved = true;
      throw new CommandError(outOfMemory);
    }
    arena.i32.fill(0, root >> 2, (root >> 2) + rootWords);
    const number = this.freeNumbers.at(-1) ?? this.roots.length;
    for (let i = 0; i < 4; i++) numberBytes[i] = number >>> (8 * i);
    let at: number;
    try {
      at = key.make(meta, Form.nest, numberBytes, 4, 0);
    } catch (error) {
      arena.free(root);
      throw error;
    }
    this.freeNumbers.pop();
    this.roots[number] = root;
    this.lookAnew(at);
    if (besideOf(meta) !== undefined) this.setMeta(meta);
    key.dropTomb();
    if (meta.kill !== undefined) this.witness(meta.kill.dot);
  }

  // ---- repairs of a whole store

  /** Copies of all that is known of entries and trims. */
  memories(): StreamMemory[] {
    const out: StreamMemory[] = [];
    const { live, dead } = this;
    live.begin();
    while (live.next()) {
      const { codec } = live;
      this.readFields();
      const { fields } = this;
      const bytes = fields.bytes.slice(fields.offset, fields.offset + fields.length);
      const dot = { stamp: codec.stamp, origin: codec.origin };
      out.push({ id: new StreamId().copy(codec.id), dot, bytes });
    }
    dead.begin();
    while (dead.next()) {
      const { codec } = dead;
      const event = { stamp: codec.stamp, origin: codec.origin };
      out.push({ id: new StreamId().copy(codec.id), dot: this.killOfDead(), event });
    }
    for (const { id, dot } of this.trims) out.push({ id, dot, isTrim: true });
    const last = new StreamId().load(this.store.arena.i32, this.w);
    if (this.isAlive) out.push({ id: last, dot: this.extentDot, added: this.storedAdded });
    return out;
  }

  /** The dots of all that is known of the open stream beside its key's state. */
  dots(): Dot[] {
    return this.memories().flatMap(({ dot, event }) => (event === undefined ? [dot] : [dot, event]));
  }

  /**
   * Gives entries, memories of dead ones, trims and the extent, on whose dots `change` says so, other dots, or forgets
   * them: for repairs of a whole store. Groups stay while the stream does.
   */
  remake(change: (memory: StreamMemory) => StreamMemory | undefined): void {
    const memories = this.memories();
    const changed = memories.map(change);
    if (changed.every((m, i) => m === memories[i])) return;
    this.live.free();
    this.dead.free();
    this.clearExtent();
    if (this.nests.has(this.number)) this.nest.trims = [];
    for (const memory of changed) if (memory !== undefined) this.enter(memory);
    this.save();
  }

  private enter({ id, dot, event, bytes, isTrim, added }: StreamMemory): void {
    const { e, fields } = this;
    if (added !== undefined) this.joinExtent(dot, id, added);
    else if (isTrim === true) this.rememberTrim({ id, dot });
    else if (event !== undefined) this.remember(id, dot, event);
    else if (bytes !== undefined && fields.load(bytes, 0, bytes.length)) {
      e.id.copy(id);
      e.stamp = dot.stamp;
      e.origin = dot.origin;
      this.live.append(e, fields);
      // Where the extent is forgotten, what is left tells of it.
      this.joinExtent(dot, id, this.live.count);
    }
  }

  /** Joins an entry of `fields`, at which the living do not stand, or gives the one at which they stand another content. */
  enterJoined(id: StreamId, dot: Dot, isThere: boolean): void {
    const { e, live, fields } = this;
    e.id.copy(id);
    e.stamp = dot.stamp;
    e.origin = dot.origin;
    if (isThere) live.replace(e, fields);
    else live.insert(e, fields);
    this.save();
  }

  /** Takes out the living entry at which the living stand. */
  takeOut(): void {
    this.live.remove();
    this.save();
  }

  /** Takes out what a joined trim kills. */
  takeOutBelow(id: StreamId, dot: Dot): boolean {
    const { live, dead } = this;
    const { order } = this.store.ground;
    const before = live.count;
    const isDoomed = (): boolean =>
      live.codec.id.compare(id) < 0 && order({ stamp: live.codec.stamp, origin: live.codec.origin }, dot) < 0;
    if (live.count > 0) live.removeWhere(isDoomed, id);
    if (dead.count > 0)
      dead.removeWhere(() => dead.codec.id.compare(id) < 0 && order(this.killOfDead(), dot) < 0, id);
    this.save();
    return live.count < before;
  }
}

/** All that is known of one id, or of a trim, as a copy. */
export interface StreamMemory {
  readonly id: StreamId;
  /** Of a living entry its own; of a dead one that of the entry removed. */
  readonly dot: Dot;
  /** Of a dead entry: the event that removed it. */
  readonly event?: Dot;
  /** Of a living one: its fields. */
  readonly bytes?: Uint8Array;
  readonly isTrim?: boolean;
  /** Of the extent. */
  readonly added?: number;
}

/** Where an `emit` in slices stands: entries are visited by id, so others may come and go meanwhile. */
export class StreamCursor {
  inDead = false;
  started = false;
  readonly last = new StreamId();
  readonly groups = new GroupCursor();
}

/** Writes an id as the name of an element in deltas: 16 bytes, big-endian. */
export function writeIdBytes(id: StreamId, out: Uint8Array): void {
  for (const [i, half] of [id.msHi, id.msLo, id.seqHi, id.seqLo].entries()) {
    out[4 * i] = half >>> 24;
    out[4 * i + 1] = half >>> 16;
    out[4 * i + 2] = half >>> 8;
    out[4 * i + 3] = half;
  }
}
