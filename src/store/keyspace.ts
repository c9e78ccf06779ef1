// One keyspace: the table of live entries, the graveyard beside it, and the packing of key states into both. It turns
// what is known of a key into arena bytes and back and keeps the counts that go with that; what deltas mean is in
// key-state.ts and what commands do in store.ts.
import { stampHi, stampLo } from '../base/clock.ts';
import { CommandError } from '../base/errors.ts';
import { copyBytes } from '../base/runs.ts';
import { outOfMemory } from '../resp/errors.ts';
import type { Arena } from './arena.ts';
import type { Compression } from './compression.ts';
import { Encoding, type Entries, EntryType } from './entry.ts';
import { counterBaseWords, counterWord, counterWords, packCounter, stateOfEntry } from './entry-states.ts';
import type { KeyHash } from './hash.ts';
import {
  type DotOrder,
  type Expiry,
  emptyState,
  isLive,
  type KeyState,
  type Kill,
  newestDot,
  normalize,
  zeroDot,
} from './key-state.ts';
import { OrderIndex } from './order-index.ts';
import type { OrderNodes } from './order-nodes.ts';
import { packScore, scoreBytes, scoreOfState, unpackScore } from './score.ts';
import type { StateCodec } from './state-codec.ts';
import { Table } from './table.ts';

/** Where states of keys, or of the elements of one key, are kept. Keys are ranges of bytes, with their hash. */
export interface States {
  readonly id: number;
  load(hash: number, key: Uint8Array, offset: number, length: number): KeyState;
  save(hash: number, key: Uint8Array, offset: number, length: number, state: KeyState): void;
}

/** What the keyspaces of a store share. */
export interface Ground {
  readonly arena: Arena;
  readonly entries: Entries;
  readonly hash: KeyHash;
  readonly codec: StateCodec;
  readonly compression: Compression;
  readonly order: DotOrder;
  /** Whether dead things are remembered: true once any peer is known. */
  keepsDead: boolean;
  /** Bytes that ordinary writes leave to tombstones. */
  reserveBytes: number;
  /** An allocation has failed since this was last set to false: compaction may help. */
  starved: boolean;
  /** Nodes of the order indexes of large sorted sets. */
  readonly orderNodes: OrderNodes;
  /** Bytes of the blocks that tombs take. */
  tombBytes: number;
  /** The access clock that new entries start with. */
  access: number;
  /** Access clocks count uses: a key that is written over keeps its count. */
  isLfu: boolean;
}

export class Keyspace implements States {
  /** Of a nest: that of the keyspace of its key. */
  id: number;
  /** The elements of one large collection, and no keys. */
  readonly isNest: boolean;
  /** Of a nest: its number, by which compaction finds whose an element is. */
  owner = 0;
  table: Table;
  grave: Table;
  /** Where the sweep for expired keys stands. */
  sweepCursor = 0;
  private sweepEarliestMs = Number.POSITIVE_INFINITY;
  /** Entries with a deadline, and a lower bound of the earliest one (Unix ms). */
  volatile = 0;
  earliestDeadlineMs = Number.POSITIVE_INFINITY;
  /** A lower bound of the earliest deadline of a field of a hash (Unix ms), and what the sweep under way has seen. */
  earliestFieldMs = Number.POSITIVE_INFINITY;
  private sweepFieldMs = Number.POSITIVE_INFINITY;
  fieldCursor = 0;
  /** The last clear of the whole keyspace: nothing at or below its dot is joined. */
  kill: Kill | undefined;
  private readonly ground: Ground;
  /** The elements of a sorted set in their order; each live one ends with its score: score.ts. */
  order: OrderIndex | undefined;
  private readonly isOrdered: boolean;

  constructor(id: number, ground: Ground, isNest = false, isOrdered = false) {
    this.id = id;
    this.isNest = isNest;
    this.isOrdered = isOrdered;
    this.ground = ground;
    this.order = this.newOrder();
    this.table = new Table(ground.arena, ground.entries, ground.hash);
    this.grave = new Table(ground.arena, ground.entries, ground.hash);
  }

  private newOrder(): OrderIndex | undefined {
    const { arena, entries, orderNodes } = this.ground;
    return this.isOrdered ? new OrderIndex(arena, entries, orderNodes) : undefined;
  }

  /** Starts over with empty tables; the old ones, with their order, are the caller's. */
  renewTable(): void {
    this.table = new Table(this.ground.arena, this.ground.entries, this.ground.hash);
    this.order = this.newOrder();
    this.grave = new Table(this.ground.arena, this.ground.entries, this.ground.hash);
    this.volatile = 0;
    this.earliestDeadlineMs = Number.POSITIVE_INFINITY;
    this.sweepCursor = 0;
    this.sweepEarliestMs = Number.POSITIVE_INFINITY;
    this.earliestFieldMs = Number.POSITIVE_INFINITY;
    this.sweepFieldMs = Number.POSITIVE_INFINITY;
    this.fieldCursor = 0;
  }

  /** Takes the deadline of a field into the bounds. */
  lowerField(deadlineMs: number): void {
    if (deadlineMs < this.earliestFieldMs) this.earliestFieldMs = deadlineMs;
    this.noteField(deadlineMs);
  }

  /** Takes the deadline of a field into the sweep's view of the earliest one. */
  noteField(deadlineMs: number): void {
    if (deadlineMs < this.sweepFieldMs) this.sweepFieldMs = deadlineMs;
  }

  beginFieldSweep(): void {
    this.sweepFieldMs = Number.POSITIVE_INFINITY;
  }

  /** A sweep has seen the fields of every hash. */
  finishFieldSweep(): void {
    this.earliestFieldMs = this.sweepFieldMs;
    this.sweepFieldMs = Number.POSITIVE_INFINITY;
  }

  /**
   * Visits a slice of all entries, live and dead; `cursor` and the result as of Table.scan. Both tables go by the same
   * hashes, so that a key that dies or comes back meanwhile is not missed.
   */
  scan(cursor: number, count: number, visit: (entry: number) => void): number {
    const { table, grave } = this;
    const [leader, other] = grave.size > table.size ? [grave, table] : [table, grave];
    const next = leader.scan(cursor, count, visit);
    other.visitRange(cursor, next === 0 ? 2 ** 32 : next, visit);
    return next;
  }

  /** Takes an entry's deadline into the sweep's view of the earliest one. */
  noteDeadline(at: number): void {
    const deadlineMs = this.ground.entries.deadline(at);
    if (deadlineMs !== 0 && deadlineMs < this.sweepEarliestMs) this.sweepEarliestMs = deadlineMs;
  }

  /** A sweep has seen every entry: what it noted is the earliest deadline now. */
  finishSweep(): void {
    this.earliestDeadlineMs = this.sweepEarliestMs;
    this.sweepEarliestMs = Number.POSITIVE_INFINITY;
  }

  /** Takes a new deadline into the bounds. */
  lowerDeadline(deadlineMs: number): void {
    if (deadlineMs < this.earliestDeadlineMs) this.earliestDeadlineMs = deadlineMs;
    if (deadlineMs < this.sweepEarliestMs) this.sweepEarliestMs = deadlineMs;
  }

  /** The offset of the key's live entry, expired or not, or 0. */
  entryOf(hash: number, key: Uint8Array, offset: number, length: number): number {
    const slot = this.table.find(hash, key, offset, length);
    return slot === 0 ? 0 : this.table.entryAt(slot);
  }

  /**
   * Writes an entry: over the old one where it fits, else into a new block. Throws CommandError OOM before anything
   * has changed. `value` must not lie in the arena.
   */
  write(
    hash: number,
    key: Uint8Array,
    keyOffset: number,
    keyLength: number,
    type: number,
    encoding: number,
    value: Uint8Array,
    valueOffset: number,
    valueLength: number,
    origin: number,
    hi: number,
    lo: number,
    hasExpiry: boolean,
    deadlineMs: number,
    expiryOrigin: number,
    expiryStamp: number,
  ): number {
    const { arena, entries } = this.ground;
    const { order } = this;
    if (order !== undefined) this.reserveOrder(order);
    const slot = this.table.find(hash, key, keyOffset, keyLength);
    let at = slot === 0 ? 0 : this.table.entryAt(slot);
    const old = at;
    let keepsPlace = false;
    if (old !== 0) this.forgetDeadline(old);
    const need = entries.size(keyLength, valueLength, hasExpiry);
    const access = this.accessFor(old);
    if (
      old === 0 ||
      entries.hasExpiry(old) !== hasExpiry ||
      !entries.sameForm(old, valueLength) ||
      !this.fits(old, need)
    ) {
      at = this.allocEntry(hash, need, slot, old);
      if (order !== undefined && old !== 0) this.leaveOrder(order, old, true);
      entries.init(at, type, encoding, keyLength, valueLength, hasExpiry, origin, hi, lo, access);
      copyBytes(arena.u8, entries.keyOffset(at), key, keyOffset, keyLength);
      if (old === 0) this.table.insert(hash, at);
      else {
        this.table.moveEntry(slot, at);
        arena.free(old);
      }
    } else {
      if (order !== undefined) {
        const score = unpackScore(value, valueOffset + valueLength - scoreBytes);
        keepsPlace = order.keepsPlace(at, order.scoreOf(at), score);
        if (!keepsPlace) order.removeFound(true);
      }
      entries.init(at, type, encoding, keyLength, valueLength, hasExpiry, origin, hi, lo, access);
    }
    if (hasExpiry) {
      entries.setExpiry(at, deadlineMs, expiryOrigin, expiryStamp);
      if (deadlineMs !== 0) {
        this.volatile += 1;
        this.lowerDeadline(deadlineMs);
      }
    }
    copyBytes(arena.u8, entries.valueOffset(at), value, valueOffset, valueLength);
    if (order === undefined) return at;
    if (keepsPlace) order.rescored(at);
    else order.insert(at);
    return at;
  }

  /** The access clock of what is written over `old`, 0 = over nothing; elements have none, but say whose they are. */
  private accessFor(old: number): number {
    if (this.isNest) return this.owner;
    return old !== 0 && this.ground.isLfu ? this.ground.entries.access(old) : this.ground.access;
  }

  private reserveOrder(order: OrderIndex): void {
    if (order.reserve(this.ground.reserveBytes)) return;
    this.ground.starved = true;
    throw new CommandError(outOfMemory);
  }

  private leaveOrder(order: OrderIndex, at: number, returns: boolean): void {
    const { arena, entries } = this.ground;
    order.remove(order.scoreOf(at), arena.u8, entries.keyOffset(at), entries.keyLength(at), returns);
  }

  /** Writes a plain string, packed where that is smaller. Throws as `write`. */
  writePlain(
    hash: number,
    key: Uint8Array,
    keyOffset: number,
    keyLength: number,
    value: Uint8Array,
    valueOffset: number,
    valueLength: number,
    origin: number,
    hi: number,
    lo: number,
    hasExpiry: boolean,
    deadlineMs: number,
    expiryOrigin: number,
    expiryStamp: number,
  ): void {
    const packedLength = this.pack(keyLength, value, valueOffset, valueLength, hasExpiry);
    this.write(
      hash,
      key,
      keyOffset,
      keyLength,
      EntryType.string,
      packedLength > 0 ? Encoding.lz4 : Encoding.raw,
      packedLength > 0 ? this.ground.compression.packed : value,
      packedLength > 0 ? 0 : valueOffset,
      packedLength > 0 ? packedLength : valueLength,
      origin,
      hi,
      lo,
      hasExpiry,
      deadlineMs,
      expiryOrigin,
      expiryStamp,
    );
  }

  /**
   * Packs a value for an entry into `compression.packed`; returns its length, 0 where the entry would be no smaller.
   */
  pack(keyLength: number, value: Uint8Array, offset: number, length: number, hasExpiry: boolean): number {
    const { compression, arena, entries } = this.ground;
    if (compression.level === 0 || length < compression.bytesMin) return 0;
    const packed = compression.pack(value, offset, length);
    if (packed === 0) return 0;
    const plainBytes = arena.rounded(entries.size(keyLength, length, hasExpiry));
    return arena.rounded(entries.size(keyLength, packed, hasExpiry)) < plainBytes ? packed : 0;
  }

  /** Gives an entry its value in another form, the rest as it is; false where there is no memory. */
  recode(at: number, encoding: number, bytes: Uint8Array, offset: number, length: number): boolean {
    const { arena, entries, hash, reserveBytes } = this.ground;
    const key = entries.keyOffset(at);
    const keyLength = entries.keyLength(at);
    const hasExpiry = entries.hasExpiry(at);
    const to = arena.alloc(entries.size(keyLength, length, hasExpiry), reserveBytes);
    if (to === 0) return false;
    const slot = this.table.find(hash.of(arena.u8, key, keyLength), arena.u8, key, keyLength);
    entries.init(
      to,
      entries.type(at),
      encoding,
      keyLength,
      length,
      hasExpiry,
      entries.origin(at),
      entries.hi(at),
      entries.lo(at),
      entries.access(at),
    );
    if (hasExpiry) {
      entries.setExpiry(to, entries.deadline(at), entries.expiryOrigin(at), entries.expiryStamp(at));
    }
    arena.u8.copyWithin(entries.keyOffset(to), key, key + keyLength);
    copyBytes(arena.u8, entries.valueOffset(to), bytes, offset, length);
    this.table.moveEntry(slot, to);
    arena.free(at);
    return true;
  }

  /** Writes a plain counter: its words, aligned behind the key, hence up to three bytes of padding. */
  writeCounter(
    hash: number,
    key: Uint8Array,
    keyOffset: number,
    keyLength: number,
    words: Uint8Array,
    bytes: number,
    origin: number,
    hi: number,
    lo: number,
    hasExpiry: boolean,
    deadlineMs: number,
    expiryOrigin: number,
    expiryStamp: number,
  ): void {
    const at = this.write(
      hash,
      key,
      keyOffset,
      keyLength,
      EntryType.string,
      Encoding.counter,
      words,
      0,
      bytes + 3,
      origin,
      hi,
      lo,
      hasExpiry,
      deadlineMs,
      expiryOrigin,
      expiryStamp,
    );
    copyBytes(this.ground.arena.u8, counterWord(this.ground.entries, at) << 2, words, 0, bytes);
  }

  /**
   * Moves a raw entry into a block for `length` bytes of value and `spareBytes` more; `kept` bytes of value go along.
   * Throws CommandError OOM.
   */
  move(
    hash: number,
    old: number,
    kept: number,
    length: number,
    spareBytes: number,
    reserveBytes = this.ground.reserveBytes,
  ): number {
    const { arena, entries } = this.ground;
    const key = entries.keyOffset(old);
    const keyLength = entries.keyLength(old);
    const hasExpiry = entries.hasExpiry(old);
    const need = entries.size(keyLength, length, hasExpiry);
    let at = arena.alloc(need + spareBytes, reserveBytes);
    if (at === 0) at = arena.alloc(need, reserveBytes);
    if (at === 0) {
      this.ground.starved = true;
      throw new CommandError(outOfMemory);
    }
    const slot = this.table.slotOf(hash, old);
    entries.init(
      at,
      entries.type(old),
      entries.encoding(old),
      keyLength,
      length,
      hasExpiry,
      entries.origin(old),
      entries.hi(old),
      entries.lo(old),
      this.isNest ? this.owner : this.ground.access,
    );
    if (hasExpiry) {
      entries.setExpiry(at, entries.deadline(old), entries.expiryOrigin(old), entries.expiryStamp(old));
    }
    arena.u8.copyWithin(entries.keyOffset(at), key, key + keyLength);
    const from = entries.valueOffset(old);
    arena.u8.copyWithin(entries.valueOffset(at), from, from + kept);
    this.table.moveEntry(slot, at);
    arena.free(old);
    return at;
  }

  /**
   * Whether an entry's block can hold a value of `length` bytes as it is, without being much too large for it; `grows`:
   * it may be, as the value goes on growing.
   */
  holds(at: number, length: number, grows = false): boolean {
    const { entries, arena } = this.ground;
    if (!entries.sameForm(at, length)) return false;
    const need = entries.size(entries.keyLength(at), length, entries.hasExpiry(at));
    return grows ? need <= arena.capacity(at) : this.fits(at, need);
  }

  /** Gives a live entry another expiry, dot and all. Returns where it is then. Throws CommandError OOM. */
  restate(hash: number, at: number, expiry: Expiry): number {
    const { arena, entries, reserveBytes, keepsDead } = this.ground;
    const { deadlineMs, dot } = expiry;
    const states = deadlineMs !== 0 || (keepsDead && dot.stamp !== 0);
    let to = at;
    this.forgetDeadline(at);
    if (entries.hasExpiry(at) !== states) {
      const key = entries.keyOffset(at);
      const keyLength = entries.keyLength(at);
      const length = entries.valueLength(at);
      to = arena.alloc(entries.size(keyLength, length, states), states ? reserveBytes : 0);
      if (to === 0) {
        this.countDeadline(at);
        this.ground.starved = true;
        throw new CommandError(outOfMemory);
      }
      const slot = this.table.find(hash, arena.u8, key, keyLength);
      const [origin, hi, lo] = [entries.origin(at), entries.hi(at), entries.lo(at)];
      const [type, encoding, access] = [entries.type(at), entries.encoding(at), entries.access(at)];
      entries.init(to, type, encoding, keyLength, length, states, origin, hi, lo, access);
      arena.u8.copyWithin(entries.keyOffset(to), key, key + keyLength + length);
      this.table.moveEntry(slot, to);
      arena.free(at);
    }
    if (!states) return to;
    entries.setExpiry(to, deadlineMs, dot.origin, dot.stamp);
    this.countDeadline(to);
    return to;
  }

  /** The tomb of a key, or 0. */
  tombOf(hash: number, key: Uint8Array, offset: number, length: number): number {
    if (this.grave.size === 0) return 0;
    const slot = this.grave.find(hash, key, offset, length);
    return slot === 0 ? 0 : this.grave.entryAt(slot);
  }

  /** Moves an entry as it is from the table to the graveyard, where there is no tomb of its key. */
  bury(hash: number, at: number): void {
    const { arena } = this.ground;
    if (!this.grave.reserve(hash, 0)) throw new CommandError(outOfMemory);
    this.forgetDeadline(at);
    this.table.remove(hash, this.table.slotOf(hash, at));
    this.grave.insert(hash, at);
    this.ground.tombBytes += arena.capacity(at);
  }

  /** Moves a tomb as it is from the graveyard to the table. */
  exhume(hash: number, at: number): number {
    const { arena, reserveBytes } = this.ground;
    if (!this.table.reserve(hash, reserveBytes)) throw new CommandError(outOfMemory);
    this.ground.tombBytes -= arena.capacity(at);
    this.grave.remove(hash, this.grave.slotOf(hash, at));
    this.table.insert(hash, at);
    this.countDeadline(at);
    return at;
  }

  /**
   * Takes a live entry over from another keyspace, as it is, where there is none of its key. Throws CommandError OOM.
   */
  takeFrom(other: Keyspace, hash: number, at: number): void {
    if (!this.table.reserve(hash, this.ground.reserveBytes)) throw new CommandError(outOfMemory);
    other.forgetDeadline(at);
    other.table.remove(hash, other.table.slotOf(hash, at));
    this.ground.entries.setAccess(at, this.ground.access);
    this.table.insert(hash, at);
    this.countDeadline(at);
    if (other.earliestFieldMs < this.earliestFieldMs) this.lowerField(other.earliestFieldMs);
  }

  /** Frees an entry, live or dead, and its place. */
  forget(hash: number, at: number): void {
    const slot = this.table.slotOf(hash, at);
    if (slot !== 0) {
      this.forgetDeadline(at);
      this.table.remove(hash, slot);
    } else {
      this.ground.tombBytes -= this.ground.arena.capacity(at);
      this.grave.remove(hash, this.grave.slotOf(hash, at));
    }
    this.ground.arena.free(at);
  }

  private fits(at: number, need: number): boolean {
    const capacity = this.ground.arena.capacity(at);
    return need <= capacity && (capacity <= 64 || need * 2 > capacity);
  }

  private allocEntry(hash: number, bytes: number, slot: number, old: number): number {
    const { arena, reserveBytes } = this.ground;
    if (slot === 0 && !this.table.reserve(hash, reserveBytes)) throw new CommandError(outOfMemory);
    const at = arena.alloc(bytes, reserveBytes);
    if (at !== 0) return at;
    if (old !== 0) this.countDeadline(old);
    this.ground.starved = true;
    throw new CommandError(outOfMemory, bytes > arena.limitBytes);
  }

  private forgetDeadline(at: number): void {
    if (this.ground.entries.deadline(at) !== 0) this.volatile -= 1;
  }

  /** Takes the deadline of an entry that has come into the bounds. */
  private countDeadline(at: number): void {
    const deadlineMs = this.ground.entries.deadline(at);
    if (deadlineMs === 0) return;
    this.volatile += 1;
    this.lowerDeadline(deadlineMs);
  }

  /** Removes the live entry of a key, which must exist; no trace stays. */
  drop(hash: number, key: Uint8Array, offset: number, length: number): void {
    this.dropSlot(hash, this.table.find(hash, key, offset, length), -1);
  }

  /** Removes an entry that a walk has come upon; `rank`: where it is in the order, if that is known. */
  dropEntry(at: number, rank = -1): void {
    const { entries, arena, hash } = this.ground;
    const hashed = hash.of(arena.u8, entries.keyOffset(at), entries.keyLength(at));
    this.dropSlot(hashed, this.table.slotOf(hashed, at), rank);
  }

  private dropSlot(hash: number, slot: number, rank: number): void {
    const { table, order } = this;
    const at = table.entryAt(slot);
    this.forgetDeadline(at);
    table.remove(hash, slot);
    if (order !== undefined && rank >= 0) order.removeAt(rank);
    else if (order !== undefined) this.leaveOrder(order, at, false);
    this.ground.arena.free(at);
  }

  /** Everything known of a key. */
  load(hash: number, key: Uint8Array, offset: number, length: number): KeyState {
    const at = this.entryOf(hash, key, offset, length);
    if (at !== 0) return this.stateOf(at);
    if (this.grave.size === 0) return emptyState();
    const slot = this.grave.find(hash, key, offset, length);
    return slot === 0 ? emptyState() : this.stateOf(this.grave.entryAt(slot));
  }

  /** The state that an entry or tomb holds. */
  stateOf(at: number): KeyState {
    return stateOfEntry(this.ground, at);
  }

  /**
   * Packs a state: as an entry where the key lives, as a tomb where only its death is worth remembering, or not at all.
   */
  save(hash: number, key: Uint8Array, offset: number, length: number, state: KeyState): void {
    const { order, keepsDead } = this.ground;
    normalize(state, order);
    if (!keepsDead) forgetDead(state);
    if (isLive(state)) {
      this.saveLive(hash, key, offset, length, state);
      if (this.grave.size > 0) this.dropTomb(hash, key, offset, length);
      return;
    }
    const worth =
      state.kill !== undefined ||
      state.expiry.dot !== zeroDot ||
      state.floor !== zeroDot ||
      state.records.length > 0 ||
      state.purged;
    if (keepsDead && worth) this.saveTomb(hash, key, offset, length, state);
    else if (this.grave.size > 0) this.dropTomb(hash, key, offset, length);
    if (this.entryOf(hash, key, offset, length) !== 0) this.drop(hash, key, offset, length);
  }

  /** The same; false where there is no memory for it: nothing has changed then. */
  trySave(hash: number, key: Uint8Array, offset: number, length: number, state: KeyState): boolean {
    try {
      this.save(hash, key, offset, length, state);
      return true;
    } catch (error) {
      if (error instanceof CommandError) return false;
      throw error;
    }
  }

  private saveLive(hash: number, key: Uint8Array, offset: number, length: number, state: KeyState): void {
    const { value, expiry } = state;
    const plain =
      value !== undefined &&
      state.sets.length === 0 &&
      state.slots.length === 0 &&
      state.records.length === 0 &&
      state.floor === zeroDot &&
      state.kill === undefined;
    if (plain) {
      const own = expiry.dot.stamp === value.dot.stamp && expiry.dot.origin === value.dot.origin;
      const hasExpiry = !own || expiry.deadlineMs !== 0;
      this.writePlain(
        hash,
        key,
        offset,
        length,
        value.bytes,
        0,
        value.bytes.length,
        value.dot.origin,
        stampHi(value.dot.stamp),
        stampLo(value.dot.stamp),
        hasExpiry,
        expiry.deadlineMs,
        expiry.dot.origin,
        expiry.dot.stamp,
      );
      return;
    }
    const isScored = this.order !== undefined;
    if (!isScored && this.saveCounter(hash, key, offset, length, state)) return;
    if (!isScored && this.saveRegisters(hash, key, offset, length, state)) return;
    const { codec } = this.ground;
    const packed = isScored ? codec.packScored(state, packScore(scoreOfState(state))) : codec.pack(state);
    const newest = newestDot(state, this.ground.order);
    this.write(
      hash,
      key,
      offset,
      length,
      EntryType.string,
      Encoding.state,
      packed,
      0,
      packed.length,
      newest.origin,
      stampHi(newest.stamp),
      stampLo(newest.stamp),
      expiry.deadlineMs !== 0,
      expiry.deadlineMs,
      expiry.dot.origin,
      expiry.dot.stamp,
    );
  }

  /** Packs one integer slot, with an integer base or none, as a plain counter; false where it is more than that. */
  private saveCounter(
    hash: number,
    key: Uint8Array,
    offset: number,
    length: number,
    state: KeyState,
  ): boolean {
    const words = packCounter(state);
    const slot = state.slots[0];
    if (words === undefined || slot === undefined) return false;
    const { value, expiry } = state;
    const implied = value?.dot ?? zeroDot;
    const said = expiry.dot.stamp !== implied.stamp || expiry.dot.origin !== implied.origin;
    this.writeCounter(
      hash,
      key,
      offset,
      length,
      new Uint8Array(words.buffer),
      (value === undefined ? counterWords : counterBaseWords) * 4,
      slot.origin,
      stampHi(slot.stamp),
      stampLo(slot.stamp),
      said || expiry.deadlineMs !== 0,
      expiry.deadlineMs,
      expiry.dot.origin,
      expiry.dot.stamp,
    );
    return true;
  }

  /** Writes the set of one origin, with nothing beside it, as it is; false where there is more. */
  private saveRegisters(
    hash: number,
    key: Uint8Array,
    offset: number,
    length: number,
    state: KeyState,
  ): boolean {
    const { sets, expiry } = state;
    const set = sets[0];
    if (sets.length !== 1 || set === undefined || state.value !== undefined) return false;
    if (state.slots.length > 0 || state.records.length > 0) return false;
    if (state.kill !== undefined || state.marks.length > 0 || state.floor !== zeroDot) return false;
    this.write(
      hash,
      key,
      offset,
      length,
      EntryType.string,
      Encoding.registers,
      set.bytes,
      0,
      set.bytes.length,
      set.origin,
      stampHi(set.stamp),
      stampLo(set.stamp),
      expiry.dot.stamp !== 0,
      expiry.deadlineMs,
      expiry.dot.origin,
      expiry.dot.stamp,
    );
    return true;
  }

  private saveTomb(hash: number, key: Uint8Array, offset: number, length: number, state: KeyState): void {
    const { arena, entries, codec } = this.ground;
    const packed = codec.pack(state);
    const newest = newestDot(state, this.ground.order);
    const need = entries.size(length, packed.length, false);
    if (this.grave.find(hash, key, offset, length) === 0 && !this.grave.reserve(hash, 0)) {
      throw new CommandError(outOfMemory);
    }
    const at = arena.alloc(need, 0);
    if (at === 0) throw new CommandError(outOfMemory);
    entries.init(
      at,
      EntryType.tomb,
      Encoding.state,
      length,
      packed.length,
      false,
      newest.origin,
      stampHi(newest.stamp),
      stampLo(newest.stamp),
      this.owner,
    );
    copyBytes(arena.u8, entries.keyOffset(at), key, offset, length);
    copyBytes(arena.u8, entries.valueOffset(at), packed, 0, packed.length);
    this.ground.tombBytes += arena.capacity(at);
    const slot = this.grave.find(hash, key, offset, length);
    if (slot === 0) this.grave.insert(hash, at);
    else {
      this.ground.tombBytes -= arena.capacity(this.grave.entryAt(slot));
      arena.free(this.grave.entryAt(slot));
      this.grave.moveEntry(slot, at);
    }
  }

  /** Removes the tomb of a key, if there is one. */
  dropTomb(hash: number, key: Uint8Array, offset: number, length: number): void {
    const slot = this.grave.find(hash, key, offset, length);
    if (slot === 0) return;
    const at = this.grave.entryAt(slot);
    this.ground.tombBytes -= this.ground.arena.capacity(at);
    this.grave.remove(hash, slot);
    this.ground.arena.free(at);
  }
}

/** Takes out of a state what only peers would ask for. */
export function forgetDead(state: KeyState): void {
  state.kill = undefined;
  state.floor = zeroDot;
  state.records = [];
  // Nor will anybody ask when it was said that there is no deadline.
  if (state.expiry.deadlineMs === 0) state.expiry = { deadlineMs: 0, dot: state.value?.dot ?? zeroDot };
}
