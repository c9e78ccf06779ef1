// Streams as keys: how a command's change of the open stream becomes deltas, and when a key comes, dies as a whole and
// goes. One stream is open at a time (stream/open-stream.ts). How entries lie in memory, what is written of them, what
// joins mean, what groups are: each is a file in stream/. A stream without entries is still there: it goes by a clear
// only. It knows no commands.
import { StreamId } from '../delta/stream-id.ts';
import { boundOf, type Collection, clearWhole, greatestWith, metaWith, witnessDot } from './collection.ts';
import { EntryType, Form } from './entry.ts';
import { type Dot, emptyState, type KeyState } from './key-state.ts';
import { forgetDead, type Keyspace } from './keyspace.ts';
import { besideOf, StoodKey } from './stood-key.ts';
import type { Store } from './store.ts';
import type { EntryChunks } from './stream/entry-chunks.ts';
import type { StreamFields } from './stream/fields.ts';
import { GroupNoteReader, type NoteBytes } from './stream/group-note.ts';
import { type GroupCursor, PendingChunks, StreamGroups } from './stream/groups.ts';
import { OpenStream } from './stream/open-stream.ts';
import { shipStream } from './stream/ship-stream.ts';
import { StreamDeltas } from './stream/stream-deltas.ts';
import { memoriesOf } from './stream/stream-memories.ts';
import { StreamRoots } from './stream/stream-roots.ts';

const noId = new StreamId();

export class Streams implements Collection {
  readonly type = EntryType.stream;
  readonly store: Store;
  /** What is open, as joins, scans and repairs see it. */
  readonly opened: OpenStream;
  /** The entries of the open stream; void after the next change, but for what made it. */
  readonly live: EntryChunks;
  /** The fields of the entry to be written, or of the one that was read. */
  readonly fields: StreamFields;
  /** What is pending in groups. */
  readonly pending: PendingChunks;
  readonly deltas: StreamDeltas;
  private readonly key: StoodKey;
  private readonly roots: StreamRoots;
  private readonly numberBytes = new Uint8Array(4);
  private readonly last = new StreamId();

  /** `sibling`: another one for the same store, with which it shares what there is of each stream. */
  constructor(store: Store, sibling?: Streams) {
    this.store = store;
    this.key = new StoodKey(store, EntryType.stream);
    this.roots = sibling?.roots ?? new StreamRoots(store.ground);
    this.pending = sibling?.pending ?? new PendingChunks(store.ground);
    this.opened = new OpenStream(store, this.key, this.roots);
    this.live = this.opened.live;
    this.fields = this.opened.fields;
    this.deltas = new StreamDeltas(this.opened);
  }

  // ---- opening

  /**
   * Opens a key for the calls that follow; `key` must stay as it is meanwhile. Returns whether it exists. Throws
   * CommandError WRONGTYPE where it is of another type.
   */
  open(ks: Keyspace, key: Uint8Array, offset: number, length: number): boolean {
    this.opened.stand(this.key.find(ks, key, offset, length));
    return this.at !== 0;
  }

  /** Opens a key whose entry has been found: 0 = there is none. */
  stand(ks: Keyspace, hash: number, at: number, key: Uint8Array, offset: number, length: number): void {
    this.key.stand(ks, hash, key, offset, length);
    this.opened.stand(at);
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

  get keyspace(): Keyspace {
    return this.key.ks;
  }

  /** Entries of the open stream. */
  get size(): number {
    return this.at === 0 ? 0 : this.live.count;
  }

  /** The last id given. */
  lastId(into: StreamId): StreamId {
    return this.opened.lastId(into);
  }

  /** The last id given in the open stream, which may not be there. */
  lastOrNone(into: StreamId): StreamId {
    return this.at === 0 ? into.set(0, 0, 0, 0) : this.opened.lastId(into);
  }

  /** Entries added in all. */
  get added(): number {
    return this.opened.added;
  }

  /** The greatest id that was deleted. */
  maxDeleted(into: StreamId): StreamId {
    return this.opened.maxDeleted(into);
  }

  /** The groups of the open stream, which there is; undefined where it has none. */
  get groups(): StreamGroups | undefined {
    return this.opened.groups;
  }

  /** The groups of the open stream, which may be none yet. */
  groupsToWrite(): StreamGroups {
    const nest = this.opened.nestToWrite();
    nest.groups ??= new StreamGroups(this.store.ground, this.pending);
    return nest.groups;
  }

  /** Another number after each change of groups: they change without their key being told of as changed. */
  get groupChanges(): number {
    return this.groups?.changes ?? 0;
  }

  /** Entries of an entry's stream, and what is pending in its groups: what a walk through all of it takes. */
  walkLengthAt(at: number): number {
    this.opened.stand(at);
    return this.live.count + (this.groups?.pendingCount ?? 0);
  }

  /** Bytes of an entry's stream beside the entry. */
  outerBytes(at: number): number {
    this.opened.stand(at);
    return this.opened.outerBytes;
  }

  // ---- local changes, each with its delta. They throw CommandError OOM, or that of a limit, and change nothing then

  /** Adds an entry of `fields`, whose id is above all others; the stream is made where there is none. */
  add(id: StreamId): void {
    const { store, opened, fields } = this;
    const { entry: e, live, dead } = opened;
    const isNew = opened.at === 0;
    const valueBytes = fields.length > store.limits.valueBytesMax ? fields.longestBytes : 0;
    store.checkLimits(this.key.length, valueBytes, isNew);
    if (isNew) this.createOwn();
    const { clock } = store;
    clock.tick();
    e.id.copy(id);
    e.stamp = clock.last();
    e.origin = store.self;
    try {
      live.append(e, fields);
    } catch (error) {
      if (isNew) this.settle();
      throw error;
    }
    if (dead.count > 0 && dead.find(id)) {
      dead.chunks.remove();
      opened.save();
    } else opened.saveLive();
    // XSETID may have said that there were as many as a record can tell.
    const added = Math.max(live.count, Math.min(opened.statedAdded + 1, Number.MAX_SAFE_INTEGER));
    opened.statedAdded = added;
    opened.stateLast(id);
    this.touch();
    const { recorder } = store;
    if (recorder !== undefined) this.deltas.writeEntry(recorder, id, e.stamp, e.origin, added);
  }

  /** Makes the key, empty, where there is none, and says so. */
  makeEmpty(): void {
    this.store.checkLimits(this.key.length, 0, true);
    this.createOwn();
    this.state(noId);
  }

  /** Says what is known of the stream beside its entries, under a new dot, with a trim where `trim` is above 0. */
  private state(trim: StreamId): void {
    const { store, opened } = this;
    store.clock.tick();
    opened.statedAdded = opened.added;
    this.touch();
    const { recorder } = store;
    if (recorder === undefined) return;
    this.deltas.writeState(recorder, { stamp: store.clock.last(), origin: store.self }, trim);
  }

  /** XSETID: `added` below 0 and `maxDeleted` of 0 leave those as they are. */
  setLast(id: StreamId, added: number, maxDeleted: StreamId): void {
    const { opened } = this;
    opened.stateLast(id);
    if (added >= 0) opened.statedAdded = added;
    if (!maxDeleted.isZero) opened.stateDeleted(maxDeleted);
    this.state(noId);
  }

  /** Removes the entry of an id; false where there is none. `afterRemovals` follows the last one. */
  remove(id: StreamId): boolean {
    const { live, opened, store } = this;
    if (live.count === 0 || !live.find(id)) return false;
    const kill = opened.liveDot;
    store.clock.tick();
    const event = { stamp: store.clock.last(), origin: store.self };
    if (store.ground.keepsDead) opened.remember(id, kill, event);
    opened.takeOut();
    opened.raiseDeleted(id);
    if (store.recorder !== undefined) this.deltas.writeDrop(store.recorder, id, kill, event);
    return true;
  }

  /** The last id never falls: where only an entry that is gone told of it, the stream does from now on. */
  afterRemovals(last: StreamId): void {
    const { opened, store } = this;
    if (opened.lastId(this.last).compare(last) < 0) {
      opened.stateLast(last);
      this.state(noId);
    } else store.touch(this.at);
  }

  /** Removes the first `n` entries, of which there are so many. */
  trim(n: number): void {
    const { store, live, opened } = this;
    const { dead } = opened;
    const bound = new StreamId();
    if (n < live.count) live.nth(n, bound);
    else if (!live.last(bound).increment()) {
      this.removeFirst(n);
      return;
    }
    const known = opened.trims.find((trim) => trim.dot.origin === store.self);
    if (known !== undefined && known.id.compare(bound) > 0) {
      this.removeFirst(n);
      return;
    }
    opened.stateLast(opened.lastId(this.last));
    opened.statedAdded = opened.added;
    live.removeFirsts(n);
    if (dead.count > 0) dead.chunks.removeFirsts(dead.chunks.countBelow(bound));
    opened.save();
    this.state(bound);
    const dot = { stamp: store.clock.last(), origin: store.self };
    if (store.ground.keepsDead) opened.rememberTrim({ id: bound, dot });
  }

  /** Removes entries one by one: where entries came late, below what was trimmed before. */
  private removeFirst(n: number): void {
    const last = this.opened.lastId(new StreamId());
    const id = new StreamId();
    for (let i = 0; i < n; i++) this.remove(this.live.first(id));
    this.afterRemovals(last);
  }

  /** Removes the open stream, which exists, by one clear. */
  clear(): void {
    clearWhole(this.store, this.key.ks.id, this);
  }

  /** Puts copies of all entries, with their ids, under new dots, and of the groups over another key. */
  shipTo(ks: Keyspace, key: Uint8Array, offset: number, length: number): void {
    shipStream(this.store, this, ks, key, offset, length);
  }

  /** Notes a change of groups in the journal; it travels no further. */
  recordGroup(note: NoteBytes): void {
    this.groupsToWrite().changes += 1;
    const { recorder } = this.store;
    if (recorder !== undefined) this.deltas.writeGroup(recorder, note);
  }

  /** Takes a note of another stream's groups, which is noted in the journal too. Throws CommandError OOM. */
  takeNote(bytes: Uint8Array): void {
    const { length } = bytes;
    this.groupsToWrite().apply(new GroupNoteReader(bytes, 0, length));
    this.recordGroup({ bytes, length });
  }

  /** Notes groups in the journal, as they are, with `count` of what is pending in them at most. */
  recordGroups(count: number, cursor: GroupCursor): void {
    this.groups?.emit((note) => this.recordGroup(note), count, cursor);
  }

  /** The event of what was just written becomes the greatest dot of the key, which lives. */
  private touch(): void {
    const { store, at } = this;
    const { clock, entries, self } = store;
    this.opened.setExtentDot(clock.hi, clock.lo, self);
    entries.setDot(at, self, clock.hi, clock.lo);
    store.touch(at);
  }

  // ---- the key: what is known of it beside its entries, and how it comes and goes

  greatest(): Dot {
    return greatestWith(this.store, this.at, this.meta());
  }

  meta(): KeyState {
    return this.at === 0 ? emptyState() : metaWith(this.store, this.at, this.opened.nest?.meta);
  }

  setMeta(state: KeyState): void {
    const { opened } = this;
    if (!this.store.ground.keepsDead) forgetDead(state);
    const beside = besideOf(state);
    if (beside !== undefined || opened.nest !== undefined) opened.nestToWrite().meta = beside;
    const at = this.key.restate(this.at, state.expiry);
    if (at !== this.at) opened.stand(at);
  }

  /** The greatest dot at or below which everything is dead. */
  get bound(): Dot {
    const known = this.at === 0 ? this.key.known() : this.opened.nest?.meta;
    return boundOf(known, this.store.ground.order);
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
    const { dead } = opened;
    const before = dead.count + opened.trims.length;
    if (before === 0) return 0;
    if (dead.count > 0) {
      dead.chunks.removeWhere(() => mayGo([dead.kill, dead.event]));
      opened.save();
    }
    opened.keepTrims((trim) => !mayGo([trim.dot]));
    const gone = before - dead.count - opened.trims.length;
    if (!opened.isAlive && !opened.hasMemories) this.release();
    return gone;
  }

  /** The dots of all that is known of the open stream beside its key's state. */
  dots(): Dot[] {
    return memoriesOf(this.opened).flatMap(({ dot, event }) => (event === undefined ? [dot] : [dot, event]));
  }

  /** Makes the key as a command does: without the deadline that it had in an earlier life. */
  private createOwn(): void {
    const exhumed = this.key.exhume();
    if (exhumed !== 0) this.opened.stand(exhumed);
    else this.make(this.key.stateToBegin());
    this.opened.stand(this.key.withoutDeadline(this.at));
  }

  /** Makes a key for a join, with what is known of it. */
  createForJoin(): void {
    this.make(this.key.known());
  }

  /** Makes the open key, empty, with this state beside its content. */
  private make(meta: KeyState): void {
    const { key, roots, numberBytes } = this;
    const number = roots.add();
    for (let i = 0; i < 4; i++) numberBytes[i] = number >>> (8 * i);
    let at: number;
    try {
      at = key.make(meta, Form.nest, numberBytes, 4, 0);
    } catch (error) {
      roots.remove(number);
      throw error;
    }
    this.opened.stand(at);
    if (besideOf(meta) !== undefined) this.setMeta(meta);
    key.dropTomb();
    if (meta.kill !== undefined) this.witness(meta.kill.dot);
  }

  /** Gives the key's meta back to its entry; where nothing lives, the key is buried, or goes altogether. */
  settleWith(meta: KeyState): void {
    if (this.opened.isAlive) this.setMeta(meta);
    else this.bury(meta);
  }

  settle(): void {
    if (this.at !== 0 && !this.opened.isAlive) this.bury(this.meta());
  }

  private bury(meta: KeyState): void {
    if (this.store.ground.keepsDead && this.opened.hasMemories) {
      this.setMeta(meta);
      this.key.bury(this.at);
      this.opened.stand(0);
      return;
    }
    this.release();
    this.key.save(meta);
  }

  release(): void {
    const { at, opened } = this;
    opened.freeNest(at);
    this.key.forget(at);
    opened.stand(0);
  }

  // ---- all streams of the store

  /** Stamps of removals that are remembered, about `count`, for an estimate of their age. */
  sampleDead(count: number): number[] {
    const { codec } = this.opened.dead.chunks;
    const stamps: number[] = [];
    for (const directory of this.roots.graves()) {
      if (stamps.length >= count) break;
      const stride = Math.max(1, Math.floor(directory.size / count));
      for (let ordinal = 0; ordinal < directory.size; ordinal += stride) {
        codec.open(directory.chunkAt(ordinal));
        if (codec.next()) stamps.push(codec.stamp);
      }
    }
    return stamps;
  }

  /** Visits each block of all streams, with a number of its stream. */
  eachBlock(visit: (block: number, stream: number) => void): void {
    this.roots.eachBlock(visit);
  }

  /**
   * A block of the stream with this number was copied from `from` to `to`: takes note; false where it has none there.
   */
  moveBlock(stream: number, from: number, to: number): boolean {
    return this.roots.moveBlock(stream, from, to);
  }
}
