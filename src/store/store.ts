// The store: sixteen keyspaces in one arena and what is common to all types in them: finding, expiry, removal, flush.
// Every change appends its delta to the recorder. Strings are in strings.ts, joins of deltas from elsewhere in join.ts,
// scans in scan.ts. It knows no sockets, files or timers, and no time but what the driver sets in `nowMs` each turn.
import { type HybridClock, stampHi, stampLo } from '../base/clock.ts';
import { CommandError } from '../base/errors.ts';
import type { BatchReader } from '../delta/batch-reader.ts';
import type { BatchWriter } from '../delta/batch-writer.ts';
import { bulkBytesMax, DeltaKind, keyspacesMax, UnheldFlag } from '../delta/kinds.ts';
import type { Origins } from '../delta/origins.ts';
import { VersionVector } from '../delta/vector.ts';
import { keyTooLarge, outOfMemory, tooManyKeys, valueTooLarge } from '../resp/errors.ts';
import { usedAccess } from './access-clock.ts';
import { Arena } from './arena.ts';
import type { Collection } from './collection.ts';
import { compactSlab } from './compaction.ts';
import { Compression } from './compression.ts';
import type { DeltaRuns } from './delta-run.ts';
import { Elements } from './elements.ts';
import { Encoding, Entries, EntryType } from './entry.ts';
import { Eviction } from './eviction.ts';
import { FieldExpiry } from './field-expiry.ts';
import { Graveyard } from './graveyard.ts';
import { KeyHash } from './hash.ts';
import { joinDelta } from './join.ts';
import type { Conflict } from './join-conflicts.ts';
import { JoinResult } from './join-result.ts';
import { KeyExpiry } from './key-expiry.ts';
import {
  type Dot,
  joinClear,
  joinExpire,
  type KeyState,
  type Kill,
  killDot,
  raiseFloor,
  recordsOfSlots,
  zeroDot,
} from './key-state.ts';
import { KeysAtWork } from './keys-at-work.ts';
import { type Ground, Keyspace, type States } from './keyspace.ts';
import { usualListpackLimits } from './listpack-limits.ts';
import { Lists } from './lists.ts';
import { loadAhead } from './load-ahead.ts';
import { Nests } from './nest.ts';
import { OrderNodes } from './order-nodes.ts';
import { PackingPass } from './packing-pass.ts';
import { Registers } from './registers.ts';
import { forgetCovered, forgetSince, redot } from './repair.ts';
import { RetiredTables } from './retired-tables.ts';
import { emitKey, StoreScan } from './scan.ts';
import { type SliceSizes, usualSliceSizes } from './slice-sizes.ts';
import { SortedSets } from './sorted-sets.ts';
import { StateCodec } from './state-codec.ts';
import { Streams } from './streams.ts';
import { Strings } from './strings.ts';
import type { Table } from './table.ts';
import { endsIn, flagsOf, Unheld } from './unheld.ts';

/** No entry, with its place in the table, takes less. */
const entryBytesMin = 32;

export interface StoreOptions {
  readonly memoryBytes: number;
  readonly origins: Origins;
  readonly clock: HybridClock;
  /** 64 random bits, in two halves, that seed the hash of this process. */
  readonly hashSeed: readonly [number, number];
  /** Gives [0, 1). */
  readonly random: () => number;
  /** Absent: the usual ones. */
  readonly sliceSizes?: SliceSizes | undefined;
}

/** What local writes must keep to; 0 keys = no limit. Joins do not: what was accepted elsewhere is accepted. */
export interface StoreLimits {
  readonly keysMax: number;
  readonly keyBytesMax: number;
  readonly valueBytesMax: number;
}

/** Segments of flushed tables freed for an allocation that finds no room. */
const reclaimedSegments = 16;
const bulkLimits: StoreLimits = { keysMax: 0, keyBytesMax: bulkBytesMax, valueBytesMax: bulkBytesMax };

export class Store {
  readonly arena: Arena;
  readonly entries: Entries;
  readonly hash: KeyHash;
  readonly codec: StateCodec;
  readonly ground: Ground;
  readonly origins: Origins;
  /** Gives the dots of what is done now. */
  clock: HybridClock;
  readonly keyspaces: Keyspace[] = [];
  readonly strings: Strings;
  readonly nests = new Nests();
  /** One for the collection that a command has open, one for joins and purges in its midst. */
  readonly elements: Elements;
  readonly others: Elements;
  /** The same for lists. */
  readonly lists: Lists;
  readonly otherLists: Lists;
  /** The same for streams. */
  readonly streams: Streams;
  readonly otherStreams: Streams;
  readonly registers: Registers;
  readonly sortedSets: SortedSets;
  readonly compression: Compression;
  readonly packing: PackingPass;
  readonly eviction: Eviction;
  /** The keys that are not held whole here. */
  readonly unheld: Unheld;
  readonly fieldExpiry: FieldExpiry;
  readonly graveyard: Graveyard;
  /** The keys in whose midst work is. */
  readonly atWork = new KeysAtWork();
  readonly random: () => number;
  readonly sliceSizes: SliceSizes;
  /** This node's own origin. */
  self = 0;
  /** Unix ms, set by the driver at the start of each turn. */
  nowMs = 0;
  /** Whether what has expired is looked for, and not only found when it is asked for: DEBUG SET-ACTIVE-EXPIRE. */
  purgesInBackground = true;
  /** Keys past their deadline are hidden but not purged: nothing is written while it is set. */
  holdsExpired = false;
  /** Where deltas go; undefined while nobody wants them (no journal, no sync). */
  recorder: BatchWriter | undefined;
  /**
   * Where deltas are put that are to count later; undefined: what is made ready in slices is said at once at the end.
   */
  runs: DeltaRuns | undefined;
  /** Somebody has dots that lie ahead of the clock: settled when they have been given or let go. */
  dotsAhead: Promise<void> | undefined;
  /** The strategy of removals: `lww` kills with the event dot, `crdt` with the version seen. */
  lww = false;
  /** The first stamps of this node's starts that no peer may know, before which slots are marked (fork repair). */
  markStarts: readonly number[] = [];
  /** The last of them: a slot last written before it may need a mark. */
  markSinceStamp = Number.NEGATIVE_INFINITY;
  onConflict: ((conflict: Conflict) => void) | undefined;
  /** A key was purged because its deadline has passed. */
  onExpired: ((db: number, key: Buffer) => void) | undefined;
  /** Fields of a hash were purged because their deadlines have passed; the key may have gone with them. */
  onFieldsExpired: ((db: number, key: Buffer, isGone: boolean) => void) | undefined;
  /** Dots up to which tombstones may be gone. */
  readonly horizon = new VersionVector();
  limits: StoreLimits = bulkLimits;
  readonly listpackLimits = usualListpackLimits();
  /** Some key holds or held more than a string. */
  hasCollections = false;
  /** A command may go beyond the limit: `stretch`. */
  isStretched = false;
  /** How much it may add in all: what grows is given that much at once. */
  stretchBytes = 0;
  private heldBytes = 0;
  expiredCount = 0;
  expiredFieldCount = 0;
  lazyFreedCount = 0;
  /** Keyspace by database, and the dot of each such statement (SWAPDB). */
  private readonly shown = new Uint8Array(keyspacesMax).map((_, i) => i);
  private readonly shownDots: Dot[] = Array.from({ length: keyspacesMax }, () => zeroDot);
  private readonly retired = new RetiredTables(this);
  readonly expiry = new KeyExpiry(this);

  constructor(options: StoreOptions) {
    this.origins = options.origins;
    this.clock = options.clock;
    this.random = options.random;
    this.sliceSizes = options.sliceSizes ?? usualSliceSizes;
    this.arena = new Arena(options.memoryBytes);
    this.arena.reclaim = () => this.reclaim();
    this.entries = new Entries(this.arena);
    this.hash = new KeyHash(options.hashSeed[0], options.hashSeed[1]);
    this.codec = new StateCodec();
    this.compression = new Compression(options.random);
    this.ground = {
      arena: this.arena,
      entries: this.entries,
      hash: this.hash,
      codec: this.codec,
      compression: this.compression,
      order: (a, b) => this.compare(a, b),
      keepsDead: false,
      reserveBytes: 0,
      starved: false,
      orderNodes: new OrderNodes(this.arena),
      tombBytes: 0,
      access: 0,
      isLfu: false,
    };
    for (let id = 0; id < keyspacesMax; id++) this.keyspaces.push(new Keyspace(id, this.ground));
    this.strings = new Strings(this);
    this.elements = new Elements(this);
    this.others = new Elements(this, this.elements);
    this.lists = new Lists(this);
    this.otherLists = new Lists(this, this.lists);
    this.streams = new Streams(this);
    this.otherStreams = new Streams(this, this.streams);
    this.registers = new Registers(this);
    this.sortedSets = new SortedSets(this);
    this.packing = new PackingPass(this);
    this.eviction = new Eviction(this);
    this.unheld = new Unheld(this);
    this.fieldExpiry = new FieldExpiry(this);
    this.graveyard = new Graveyard(this);
  }

  /**
   * What counts against the limit: units of the arena, or where the limit was lowered below what was set aside, live
   * blocks. The tables' directories, four bytes for some 250 entries, are part of the process's own heap.
   */
  get usedBytes(): number {
    const { arena } = this;
    return arena.limitBytes < arena.capacityBytes ? arena.liveBytes : arena.usedBytes;
  }

  get limitBytes(): number {
    return this.arena.limitBytes;
  }

  /** From now on dead things are remembered, because a peer may know them. */
  keepDead(): void {
    this.ground.keepsDead = true;
    this.reserveForDead();
  }

  compare(a: Dot, b: Dot): number {
    if (a.stamp !== b.stamp) return a.stamp < b.stamp ? -1 : 1;
    return a.origin === b.origin ? 0 : this.origins.compare(a.origin, b.origin);
  }

  /** Room that deletes find whatever else is written, and what is held. */
  private reserveForDead(): void {
    const { ground } = this;
    ground.reserveBytes = (ground.keepsDead ? this.graveyard.budgetBytes : 0) + this.heldBytes;
  }

  /** From now on so many bytes are kept free: by work in slices, while others run. */
  hold(bytes: number): void {
    if (this.heldBytes === bytes) return;
    this.heldBytes = bytes;
    this.reserveForDead();
  }

  /**
   * The journal is read back, or no longer: what was here lies less densely then, and may use all the room that there
   * is.
   */
  recovering(isOn: boolean): void {
    this.arena.allowSlack(isOn);
    if (isOn) this.ground.reserveBytes = 0;
    else this.reserveForDead();
  }

  /** The keyspace that a database shows. */
  keyspace(db: number): Keyspace {
    return this.keyspaces[this.shown[db]!]!;
  }

  /**
   * The keys of a keyspace, or the elements of a large collection, by number, for walks through all of them: the
   * keyspaces come first. Undefined where there is none.
   */
  spaceAt(number: number): Keyspace | undefined {
    if (number < keyspacesMax) return this.keyspaces[number];
    return this.nests.find(number - keyspacesMax)?.elements;
  }

  /** The number of the next space from `number` on that is there; past the last one, a number of none. */
  nextSpace(number: number): number {
    return number < keyspacesMax ? number : keyspacesMax + this.nests.from(number - keyspacesMax);
  }

  /** The database that shows a keyspace. */
  databaseOf(keyspace: number): number {
    return this.shown.indexOf(keyspace);
  }

  /** Joins the reader's current record: see joinDelta. */
  join(d: BatchReader, context: VersionVector | undefined, whole = false, isKept = false): JoinResult {
    let result = joinDelta(this, d, context, whole, isKept);
    for (let i = 0; result === JoinResult.full && this.eviction.relieveForJoin(i); i++) {
      result = joinDelta(this, d, context, whole, isKept);
    }
    return result;
  }

  /** Whether all that was ever joined here is here, but for what is dead. */
  get holdsAll(): boolean {
    return !this.unheld.isAny;
  }

  /** Whether a key is held whole. */
  holds(keyspace: number, key: Uint8Array): boolean {
    const hash = this.hash.of(key, 0, key.length);
    return this.unheld.find(this.keyspaces[keyspace]!, hash, key, 0, key.length) === undefined;
  }

  get evictedCount(): number {
    return this.eviction.evictedCount;
  }

  get evictsForJoins(): boolean {
    return this.eviction.mayForJoin;
  }

  /**
   * All that the keeper has is here now. No record says so: who replays what came before only asks for more than it
   * lacks.
   */
  holdAll(): void {
    this.unheld.clear();
  }

  /** What a peer keeps is left out of this key: to be recorded before it, so that replay leaves it out too. */
  recordLeftOut(keyspace: number, key: Uint8Array, to = this.recorder): void {
    const ks = this.keyspaces[keyspace]!;
    const unheld = this.unheld.find(ks, this.hash.of(key, 0, key.length), key, 0, key.length);
    if (unheld === undefined) return;
    const flags = flagsOf(unheld) | UnheldFlag.leftOut;
    to?.evict(keyspace, key, 0, key.length, this.nextDot(), flags, endsIn(unheld));
  }

  /** Of a block of the journal, walks records that will be joined next, and loads what that will read. */
  loadAhead(d: BatchReader): number {
    return loadAhead(this.hash, this.keyspaces, d);
  }

  /** A block of the journal has been replayed: what was left out in it is left out of nothing that comes next. */
  endBlock(): void {
    this.unheld.endLeftOut();
    this.hash.expectNone();
  }

  /**
   * A command has put a string under a key that is not held whole: it is now. `floor`: a dot below the string's, to
   * kill counters that may have been in the key. Where that finds no memory, or nothing was put, all stays as it is.
   */
  holdReplaced(ks: Keyspace, key: Uint8Array, floor: Dot | undefined): void {
    const hash = this.hash.of(key, 0, key.length);
    const at = ks.entryOf(hash, key, 0, key.length);
    if (at === 0 || this.entries.type(at) !== EntryType.string) return;
    if (floor !== undefined && !this.putFloor(ks, hash, key, floor)) {
      this.unheld.keepPart(ks, hash, key, 0, key.length);
      return;
    }
    this.holdWhole(ks.id, key);
  }

  private putFloor(ks: Keyspace, hash: number, key: Uint8Array, floor: Dot): boolean {
    const state = ks.load(hash, key, 0, key.length);
    if (!raiseFloor(state, floor, this.ground.order)) return true;
    if (!ks.trySave(hash, key, 0, key.length, state)) return false;
    const [hi, lo] = [stampHi(floor.stamp), stampLo(floor.stamp)];
    this.recorder?.floor(ks.id, key, 0, key.length, floor.origin, hi, lo);
    this.hasCollections = true;
    return true;
  }

  /** All that the keeper knows of the key is here now. */
  holdWhole(keyspace: number, key: Uint8Array): void {
    const ks = this.keyspaces[keyspace]!;
    const hash = this.hash.of(key, 0, key.length);
    if (!this.unheld.holdWhole(ks, hash, key)) return;
    this.recorder?.unheld(keyspace, key, 0, key.length, this.nextDot(), 0);
  }

  /** What a snapshot notes for `expect`: the keys of the first keyspace. */
  sizeHint(): number {
    return this.keyspaces[0]!.table.size;
  }

  scanSeed(): readonly [number, number] {
    return this.hash.seed;
  }

  /** Where nothing is here yet, hashes as another store did, so that its scan comes in the order of the tables here. */
  adoptSeed(seed: readonly [number, number]): void {
    const { keys, tombs } = this.counts();
    if (keys + tombs === 0 && (seed[0] !== 0 || seed[1] !== 0)) this.hash.reseed(seed);
  }

  /** The first keyspace is being filled to about this size; no more than a hint. 0: it is filled. */
  expect(sizeHint: number): void {
    const { table } = this.keyspaces[0]!;
    table.expect(Math.min(sizeHint, this.limitBytes / entryBytesMin));
    if (sizeHint === 0) table.trim();
  }

  /** A scan of all that `covered` does not cover; with what never leaves this node where `isLocal`. */
  scan(covered: VersionVector | undefined, isLocal = false): StoreScan {
    return new StoreScan(this, covered, isLocal);
  }

  /** Appends the deltas that hold all that is known of one key; returns whether there was anything. */
  emitKey(writer: BatchWriter, keyspace: number, key: Uint8Array): boolean {
    return emitKey(this, writer, keyspace, key);
  }

  /** Gives this node's deltas of `from` since `sinceStamp` dots of `to`, and records them: fork repair. */
  redot(from: number, sinceStamp: number, to: number, stampNext: () => number): void {
    redot(this, from, sinceStamp, to, stampNext, this.recorder);
  }

  /** Forgets the keys that quote a dot of `from` since `sinceStamp`: replay of a fork repair. */
  forgetSince(from: number, sinceStamp: number): void {
    forgetSince(this, from, sinceStamp);
  }

  /**
   * What comes now is counted by this node as `origin`, or replayed as such: slots are marked as they were before each
   * of `starts`, where there are peers.
   */
  markBefore(origin: number, starts: readonly number[]): void {
    this.self = origin;
    this.markStarts = this.ground.keepsDead ? starts : [];
    this.markSinceStamp = this.markStarts.at(-1) ?? Number.NEGATIVE_INFINITY;
  }

  /** Forgets everything whose dots `covered` covers. */
  forgetCovered(covered: VersionVector): void {
    forgetCovered(this, covered);
    this.unheld.clear();
    // No delta says so, but whoever looks on must know that anything may be gone.
    const told = this.recorder?.onRecord;
    if (told !== undefined)
      for (const ks of this.keyspaces) told(DeltaKind.clearDb, ks.id, this.arena.u8, 0, 0, 0);
  }

  /** A new dot of this node. */
  nextDot(): Dot {
    return { stamp: this.clock.next(), origin: this.self };
  }

  /** The offset of the key's entry, or 0 where it does not exist or has expired (then it is purged). */
  find(ks: Keyspace, hash: number, key: Uint8Array, offset: number, length: number): number {
    const slot = ks.table.find(hash, key, offset, length);
    if (slot === 0) return 0;
    const at = ks.table.entryAt(slot);
    if (!this.isExpired(at)) return at;
    // Its time has come when the work has ended: what has begun with it goes on with it.
    if (this.atWork.has(ks.id, key, offset, length)) return at;
    if (!this.holdsExpired) this.expiry.purge(ks, hash, at);
    return 0;
  }

  /** Notes a use of the entry for the eviction policy. */
  touch(at: number): void {
    const { entries, eviction } = this;
    if (!this.ground.isLfu) entries.setAccess(at, this.ground.access);
    else entries.setAccess(at, usedAccess(entries.access(at), this.nowMs, this.random(), eviction.lfu));
  }

  /** Whether an entry's deadline has passed by now, or by `atMs` (Unix ms). */
  isExpired(at: number, atMs = this.nowMs): boolean {
    const entries = this.entries;
    if (!entries.hasExpiry(at)) return false;
    const deadlineMs = entries.deadline(at);
    return deadlineMs !== 0 && deadlineMs <= atMs;
  }

  /** Removes a key: one clear. False where it does not exist. */
  remove(ks: Keyspace, key: Uint8Array, offset: number, length: number): boolean {
    const hash = this.hash.of(key, offset, length);
    const at = this.find(ks, hash, key, offset, length);
    if (at === 0) return false;
    if (this.entries.type(at) !== EntryType.string) {
      this.collectionAt(ks, hash, at).clear();
      return true;
    }
    const { entries, clock } = this;
    const encoding = entries.encoding(at);
    if (this.ground.keepsDead || encoding === Encoding.counter || encoding === Encoding.state) {
      this.clear(ks, hash, key, offset, length, ks.stateOf(at));
      return true;
    }
    clock.tick();
    if (this.recorder !== undefined) {
      // Without peers, everything in the key is at or below the event, so the event dot kills it all.
      this.recorder.clear(
        ks.id,
        key,
        offset,
        length,
        this.self,
        clock.hi,
        clock.lo,
        this.self,
        clock.hi,
        clock.lo,
        EntryType.string,
      );
    }
    ks.drop(hash, key, offset, length);
    return true;
  }

  /**
   * Puts what the entry at `at` holds, with its deadline, over another key: COPY, and half of RENAME and MOVE. A
   * counter's value travels as a plain value. The entry may have moved afterwards. Throws CommandError OOM and changes
   * nothing where it does not fit.
   */
  ship(at: number, to: Keyspace, key: Uint8Array, offset: number, length: number): void {
    const deadlineMs = this.entries.deadline(at);
    if (this.entries.type(at) !== EntryType.string) {
      this.shipCollection(at, to, key, offset, length, deadlineMs);
      return;
    }
    const value = this.strings.copy(at);
    this.strings.set(to, key, offset, length, value, 0, value.length, deadlineMs);
  }

  private shipCollection(
    at: number,
    to: Keyspace,
    key: Uint8Array,
    offset: number,
    length: number,
    deadlineMs: number,
  ): void {
    this.collectionAt(to, 0, at).shipTo(to, key, offset, length);
    if (deadlineMs === 0) return;
    const hash = this.hash.of(key, offset, length);
    const copy = this.find(to, hash, key, offset, length);
    // Of a hash whose last fields have expired nothing is copied.
    if (copy !== 0) this.expireAt(to, hash, copy, deadlineMs);
  }

  /** Emits and applies a clear of all that `state` holds; `isPurge`: of no more than that, whatever the strategy. */
  clear(
    ks: States,
    hash: number,
    key: Uint8Array,
    offset: number,
    length: number,
    state: KeyState,
    isPurge = false,
  ): void {
    if (key === this.arena.u8) {
      this.clear(ks, hash, key.slice(offset, offset + length), 0, length, state, isPurge);
      return;
    }
    const event = this.nextDot();
    const dot = this.lww && !isPurge ? event : killDot(state, this.ground.order);
    const records = recordsOfSlots(state, event);
    // Saved before it is recorded: there may be no memory to remember it, and then it was never said.
    joinClear(state, { dot, event, type: EntryType.string }, records, this.ground.order);
    ks.save(hash, key, offset, length, state);
    const { recorder } = this;
    if (recorder === undefined) return;
    const at = recorder.clear(
      ks.id,
      key,
      offset,
      length,
      event.origin,
      stampHi(event.stamp),
      stampLo(event.stamp),
      dot.origin,
      stampHi(dot.stamp),
      stampLo(dot.stamp),
      EntryType.string,
    );
    if (records.length > 0) recorder.records(at, records);
  }

  /** States a deadline (Unix ms; 0 = none) of an existing key. */
  expireAt(ks: Keyspace, hash: number, at: number, deadlineMs: number): void {
    const { entries, arena } = this;
    const dot = this.nextDot();
    const keyOffset = entries.keyOffset(at);
    const keyLength = entries.keyLength(at);
    if (
      entries.hasExpiry(at) &&
      entries.deadline(at) !== 0 &&
      deadlineMs !== 0 &&
      entries.encoding(at) !== Encoding.state
    ) {
      entries.setExpiry(at, deadlineMs, dot.origin, dot.stamp);
      ks.lowerDeadline(deadlineMs);
      this.recordExpiry(ks, arena.u8, keyOffset, keyLength, dot, deadlineMs);
      return;
    }
    // Changed before it is recorded: there may be no memory for the deadline, and then it was never stated.
    const key = arena.u8.slice(keyOffset, keyOffset + keyLength);
    if (entries.type(at) !== EntryType.string) ks.restate(hash, at, { deadlineMs, dot });
    else {
      const state = ks.stateOf(at);
      joinExpire(state, dot, deadlineMs, this.ground.order);
      ks.save(hash, key, 0, keyLength, state);
    }
    this.recordExpiry(ks, key, 0, keyLength, dot, deadlineMs);
  }

  private recordExpiry(
    ks: Keyspace,
    key: Uint8Array,
    offset: number,
    length: number,
    dot: Dot,
    deadlineMs: number,
  ): void {
    const [hi, lo] = [stampHi(dot.stamp), stampLo(dot.stamp)];
    this.recorder?.expire(ks.id, key, offset, length, dot.origin, hi, lo, deadlineMs);
  }

  /** Empties a keyspace: one delta, whatever its size; the memory comes back in slices (`freeSlice`). */
  flush(ks: Keyspace): void {
    const event = this.nextDot();
    const hi = stampHi(event.stamp);
    const lo = stampLo(event.stamp);
    this.recorder?.clearDb(ks.id, event.origin, hi, lo, event.origin, hi, lo);
    this.retireTable(ks);
    this.unheld.cleared(ks, event.stamp);
    this.killKeyspace(ks, { dot: event, event, type: EntryType.string });
  }

  /** Remembers the clear of a whole keyspace where a peer may know what it killed. */
  killKeyspace(ks: Keyspace, kill: Kill): void {
    if (this.ground.keepsDead) ks.kill = kill;
  }

  private retireTable(ks: Keyspace): void {
    this.lazyFreedCount += ks.table.size;
    this.vacate(ks);
  }

  /** Empties a keyspace or nest at once, its graveyard too; its memory comes back in slices. */
  vacate(ks: Keyspace): void {
    this.elements.places.clear();
    this.retired.add(ks);
    ks.renewTable();
  }

  /** A table with its entries is out of use: its memory comes back in slices. */
  discard(table: Table): void {
    this.retired.addTable(table);
  }

  /** Removes a live entry with all that it holds; no trace stays. */
  dropEntry(ks: Keyspace, hash: number, at: number): void {
    if (this.entries.type(at) !== EntryType.string) this.collectionAt(ks, hash, at).release();
    else ks.forget(hash, at);
  }

  /** Stands on a collection by its entry, for what happens in the midst of something else. */
  collectionAt(ks: Keyspace, hash: number, at: number): Collection {
    const { entries, arena, others, otherLists, otherStreams } = this;
    const offset = entries.keyOffset(at);
    const key = arena.u8.slice(offset, offset + entries.keyLength(at));
    if (entries.type(at) === EntryType.list) {
      otherLists.stand(ks, hash, at, key, 0, key.length);
      return otherLists;
    }
    if (entries.type(at) === EntryType.stream) {
      otherStreams.stand(ks, hash, at, key, 0, key.length);
      return otherStreams;
    }
    others.stand(ks, hash, at, key, 0, key.length, entries.type(at));
    return others;
  }

  /** Throws CommandError OOM where no block of `bytes` is to be had. */
  requireBlock(bytes: number): void {
    if (this.hasBlock(bytes)) return;
    this.ground.starved = true;
    throw new CommandError(outOfMemory, bytes > this.limitBytes);
  }

  /** Whether a block of `bytes` can be had. */
  hasBlock(bytes: number): boolean {
    const block = this.arena.alloc(bytes, this.ground.reserveBytes);
    if (block !== 0) this.arena.free(block);
    return block !== 0;
  }

  /**
   * Makes way for a string or a collection of another type over the collection at `at`: only that its dots are dead is
   * remembered, and said to peers by the dots of what comes.
   */
  displace(ks: Keyspace, hash: number, at: number): void {
    const collection = this.collectionAt(ks, hash, at);
    const floor = { stamp: this.entries.stamp(at), origin: this.entries.origin(at) };
    const meta = collection.meta();
    raiseFloor(meta, floor, this.ground.order);
    const { key, offset, length } = collection.keyRange;
    collection.release();
    ks.save(hash, key, offset, length, meta);
  }

  /**
   * The state in the tomb of a key that a collection is to be made of: a purged value is cleared first, so that its
   * counters stay out everywhere.
   */
  clearPurged(ks: Keyspace, hash: number, key: Uint8Array, offset: number, length: number): KeyState {
    const tomb = ks.tombOf(hash, key, offset, length);
    if (this.entries.type(tomb) !== EntryType.tomb) {
      this.displace(ks, hash, tomb);
      return ks.load(hash, key, offset, length);
    }
    const state = ks.load(hash, key, offset, length);
    if (!state.purged) return state;
    this.clear(ks, hash, key, offset, length, state);
    return ks.load(hash, key, offset, length);
  }

  /** Keys that flushes left to be freed. */
  get pendingFreeCount(): number {
    return this.retired.entryCount;
  }

  /** Lets what was asked for as a whole (`requireFree`) not fail in its midst, until `unstretch`. */
  stretch(bytes: number): void {
    this.isStretched = true;
    this.stretchBytes = bytes;
    this.arena.allowSlack(true);
  }

  unstretch(): void {
    this.isStretched = false;
    this.stretchBytes = 0;
    this.arena.allowSlack(false);
  }

  /** What flushes left is memory that a write may have at once; false when there is none. */
  reclaim(): boolean {
    if (!this.retired.hasTables) return false;
    this.retired.freeSlice(reclaimedSegments);
    return true;
  }

  /** Frees part of what flushes left; returns whether there is more. */
  freeSlice(segments: number): boolean {
    return this.retired.freeSlice(segments);
  }

  /** About the bytes that an entry has outside its block. */
  outerBytes(at: number): number {
    const type = this.entries.type(at);
    if (type === EntryType.list) return this.lists.opened.outerBytes(at);
    if (type === EntryType.stream) return this.otherStreams.outerBytes(at);
    const hasElements = type === EntryType.hash || type === EntryType.set || type === EntryType.zset;
    return hasElements ? this.elements.outerBytes(at) : 0;
  }

  /** After an allocation has failed: empties a sparse slab. Returns whether there may be more to gain. */
  compactSlice(): boolean {
    // Blocks of flushed tables belong to nobody who could be told of a move; they go by themselves.
    if (!this.ground.starved || this.retired.isAny) return false;
    this.ground.starved = compactSlab(this);
    return this.ground.starved;
  }

  /** Swaps what two databases show. */
  swap(a: number, b: number): void {
    const [left, right] = [this.shown[a]!, this.shown[b]!];
    this.show(a, right, this.nextDot());
    this.show(b, left, this.nextDot());
    for (const db of [a, b]) {
      const dot = this.shownDots[db]!;
      this.recorder?.mapDb(this.shown[db]!, dot.origin, stampHi(dot.stamp), stampLo(dot.stamp), db);
    }
  }

  /** Joins the statement that a database shows a keyspace; returns whether it changed. */
  show(db: number, keyspace: number, dot: Dot): boolean {
    if (this.compare(dot, this.shownDots[db]!) <= 0) return false;
    this.shown[db] = keyspace;
    this.shownDots[db] = dot;
    return true;
  }

  /** The statements of `show` that are not the initial ones. */
  shownStatements(): { readonly db: number; readonly keyspace: number; readonly dot: Dot }[] {
    return this.shownDots
      .map((dot, db) => ({ db, keyspace: this.shown[db]!, dot }))
      .filter((s) => s.dot.stamp !== 0);
  }

  /**
   * Purges expired keys: looks at about `entriesMax` entries, round the keyspaces that can have any. Returns how many
   * it purged.
   */
  expireSlice(entriesMax: number): number {
    return this.expiry.slice(entriesMax);
  }

  hashOfEntry(at: number): number {
    return this.hash.of(this.arena.u8, this.entries.keyOffset(at), this.entries.keyLength(at));
  }

  /** Throws CommandError where a local write of a key and a value would pass a limit. `isNew`: the key is not there. */
  checkLimits(keyBytes: number, valueBytes: number, isNew: boolean): void {
    const { keysMax, keyBytesMax, valueBytesMax } = this.limits;
    if (keyBytes > keyBytesMax) throw new CommandError(keyTooLarge(keyBytesMax));
    if (valueBytes > valueBytesMax) throw new CommandError(valueTooLarge(valueBytesMax));
    if (isNew && keysMax > 0 && this.counts().keys >= keysMax) throw new CommandError(tooManyKeys(keysMax));
  }

  /** Live keys and tombs of all keyspaces. */
  counts(): { keys: number; tombs: number } {
    let keys = 0;
    let tombs = 0;
    for (const ks of this.keyspaces) {
      keys += ks.table.size;
      tombs += ks.grave.size;
    }
    return { keys, tombs };
  }
}
