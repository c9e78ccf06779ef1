// Strings and counters in the store: reading a value whatever its encoding, and the four ways to change one: put,
// patch, count and the decimal count. Each works in place where the entry is in a common form and goes through KeyState
// where it is not; both emit the same deltas. Keys and values come as ranges of buffers, so nothing is copied twice.
import { stampFrom, stampHi, stampLo } from '../base/clock.ts';
import { CommandError } from '../base/errors.ts';
import { copyBytes } from '../base/runs.ts';
import {
  notAFloat,
  notANumberResult,
  notAnInteger,
  outOfMemory,
  overflow,
  wrongType,
} from '../resp/errors.ts';
import { Encoding, EntryType } from './entry.ts';
import { counterBaseWords, counterHasBase, counterWord, counterWords } from './entry-states.ts';
import {
  type CounterSlot,
  type Dot,
  isLive,
  joinOwnCount,
  joinPut,
  type KeyState,
  recordsOfSlots,
  visibleValue,
} from './key-state.ts';
import type { Keyspace, States } from './keyspace.ts';
import {
  decimalFits,
  formatDecimal,
  int64Max,
  int64Min,
  isCanonicalInt,
  parseDecimal,
  parseDecimalBytes,
  parseInt64,
  parseSafeInt,
} from './number.ts';
import type { Store } from './store.ts';

const two32 = 4294967296;
const safeMax = Number.MAX_SAFE_INTEGER;
/** Shorter values are sent whole: a put needs no base at the receiver. */
const patchedBytesMin = 128;
/**
 * Where a new value begins with so many zeros, they are not written in a delta: a patch of an empty value implies them.
 */
const zerosMin = 65_536;
/** Canonical integers at least this long are kept in eight bytes. */
const intTextMin = 9;

/** What SET does with the deadline. */
export const keepDeadline = -1;

export class Strings {
  /** The value last read: a range of the arena, or of a scratch buffer. Valid until the store changes. */
  valueBytes: Uint8Array;
  valueOffset = 0;
  valueLength = 0;
  /** When the run began to which an element was last added: counts say so to the collection around it. */
  runStamp = 0;
  private readonly store: Store;
  private readonly digits = Buffer.alloc(32);
  private readonly words = new Int32Array(counterBaseWords + 1);
  private readonly wordBytes = new Uint8Array(this.words.buffer);
  private readonly int8 = Buffer.alloc(8);

  constructor(store: Store) {
    this.store = store;
    this.valueBytes = this.digits;
  }

  /** Reads the value of the entry at `at` into valueBytes, valueOffset, valueLength. */
  read(at: number): void {
    const { entries, arena } = this.store;
    const encoding = entries.encoding(at);
    if (encoding === Encoding.raw || encoding === Encoding.registers) {
      this.valueBytes = arena.u8;
      this.valueOffset = entries.valueOffset(at);
      this.valueLength = entries.valueLength(at);
      return;
    }
    if (encoding === Encoding.lz4) {
      const { compression } = this.store;
      compression.unpack(arena.u8, entries.valueOffset(at), entries.valueLength(at));
      this.valueBytes = compression.bytes;
      this.valueOffset = compression.offset;
      this.valueLength = compression.length;
      return;
    }
    if (encoding === Encoding.counter) {
      const value = this.counterNumber(at);
      if (value !== undefined) {
        this.readDigits(value);
        return;
      }
    }
    this.readBytes(this.slowValue(at));
  }

  private slowValue(at: number): Uint8Array {
    const { store } = this;
    const state = store.keyspaces[0]!.stateOf(at);
    return visibleValue(state, (a, b) => store.origins.compare(a, b)) ?? new Uint8Array(0);
  }

  private readBytes(bytes: Uint8Array): void {
    this.valueBytes = bytes;
    this.valueOffset = 0;
    this.valueLength = bytes.length;
  }

  private readDigits(value: number): void {
    const out = this.digits;
    let p = out.length;
    let rest = value < 0 ? -value : value;
    do {
      const next = Math.floor(rest / 10);
      out[--p] = 48 + (rest - next * 10);
      rest = next;
    } while (rest > 0);
    if (value < 0) out[--p] = 45;
    this.valueBytes = out;
    this.valueOffset = p;
    this.valueLength = out.length - p;
  }

  /** The value of a plain counter where it is a safe integer, else undefined. */
  private counterNumber(at: number): number | undefined {
    const { store } = this;
    const { entries } = store;
    const i32 = store.arena.i32;
    const w = counterWord(entries, at);
    const sum = i32[w + 3]! * two32 + (i32[w + 2]! >>> 0);
    if (sum > safeMax || sum < -safeMax) return undefined;
    if (!counterHasBase(entries, at)) return sum;
    const base = i32[w + 5]! * two32 + (i32[w + 4]! >>> 0);
    const value = base + sum;
    return base > safeMax || base < -safeMax || value > safeMax || value < -safeMax ? undefined : value;
  }

  /** Length of the value in bytes. */
  length(at: number): number {
    const { entries } = this.store;
    const encoding = entries.encoding(at);
    if (encoding === Encoding.raw) return entries.valueLength(at);
    if (encoding === Encoding.lz4) {
      return this.store.compression.plainLength(this.store.arena.u8, entries.valueOffset(at));
    }
    this.read(at);
    return this.valueLength;
  }

  /** A copy of the value. */
  copy(at: number): Buffer {
    this.read(at);
    return Buffer.from(this.valueBytes.subarray(this.valueOffset, this.valueOffset + this.valueLength));
  }

  /**
   * Sets the value. `deadlineMs`: Unix ms, 0 = none, `keepDeadline` = as it is. Throws CommandError OOM and changes
   * nothing where it does not fit. `packs` false: the value changes piece by piece and stays plain for now.
   */
  set(
    ks: Keyspace,
    key: Uint8Array,
    keyOffset: number,
    keyLength: number,
    value: Uint8Array,
    valueOffset: number,
    valueLength: number,
    deadlineMs: number,
    packs = true,
  ): void {
    const { store } = this;
    const { entries, clock, ground, recorder } = store;
    const hash = store.hash.of(key, keyOffset, keyLength);
    const slot = ks.table.find(hash, key, keyOffset, keyLength);
    let at = slot === 0 ? 0 : ks.table.entryAt(slot);
    if (at !== 0 && entries.hasExpiry(at)) at = store.find(ks, hash, key, keyOffset, keyLength);
    store.checkLimits(keyLength, valueLength, at === 0 && !ks.isNest);
    if (at !== 0 && entries.type(at) !== EntryType.string) {
      store.requireBlock(entries.size(keyLength, valueLength, true));
      store.displace(ks, hash, at);
      at = 0;
    }
    if (this.needsState(ks, hash, at, key, keyOffset, keyLength)) {
      const copy = value.slice(valueOffset, valueOffset + valueLength);
      this.setState(ks, hash, key, keyOffset, keyLength, copy, deadlineMs);
      return;
    }
    const keep = deadlineMs === keepDeadline && at !== 0;
    const stated = keep ? entries.deadline(at) : deadlineMs === keepDeadline ? 0 : deadlineMs;
    const baseOrigin = at === 0 || entries.origin(at) === store.self ? 0 : entries.origin(at);
    const baseHi = baseOrigin === 0 ? 0 : entries.hi(at);
    const baseLo = baseOrigin === 0 ? 0 : entries.lo(at);
    const asInt =
      valueLength >= intTextMin && valueLength <= 20 && isCanonicalInt(value, valueOffset, valueLength);
    // With a kept register the entry must say what its dot was, unless nobody else will ever ask.
    const keepBlock = keep && (stated !== 0 || ground.keepsDead);
    const expiryStamp = keepBlock ? entries.expiryStamp(at) : 0;
    const expiryOrigin = keepBlock ? entries.expiryOrigin(at) : 0;
    clock.tick();
    const { hi, lo } = clock;
    let bytes = value;
    let offset = valueOffset;
    let length = valueLength;
    if (asInt) {
      this.int8.writeBigInt64LE(parseInt64(value, valueOffset, valueLength)!);
      bytes = this.int8;
      offset = 0;
      length = 8;
    }
    const plainIn = !keepBlock && stated === 0;
    const packed = packs && !asInt ? ks.pack(keyLength, value, valueOffset, valueLength, !plainIn) : 0;
    if (packed > 0) {
      bytes = store.compression.packed;
      offset = 0;
      length = packed;
    }
    const encoding = asInt ? Encoding.int : packed > 0 ? Encoding.lz4 : Encoding.raw;
    if (
      at !== 0 &&
      plainIn &&
      !entries.hasExpiry(at) &&
      entries.valueLength(at) === length &&
      entries.type(at) === EntryType.string &&
      ks.order === undefined
    ) {
      // The commonest overwrite: the same size in the same place.
      entries.setDot(at, store.self, hi, lo);
      entries.setEncoding(at, encoding);
      if (!ks.isNest) store.touch(at);
      copyBytes(store.arena.u8, entries.valueOffset(at), bytes, offset, length);
    } else {
      ks.write(
        hash,
        key,
        keyOffset,
        keyLength,
        EntryType.string,
        encoding,
        bytes,
        offset,
        length,
        store.self,
        hi,
        lo,
        !plainIn,
        stated,
        keepBlock ? expiryOrigin : store.self,
        keepBlock ? expiryStamp : stampFrom(hi, lo),
      );
    }
    if (recorder !== undefined) {
      recorder.put(
        ks.id,
        key,
        keyOffset,
        keyLength,
        store.self,
        hi,
        lo,
        value,
        valueOffset,
        valueLength,
        !keep,
        keep ? 0 : stated,
        baseOrigin,
        baseHi,
        baseLo,
      );
    }
  }

  /** Whether a put here must go through KeyState: slots to record, or a tomb to heed. */
  private needsState(
    ks: Keyspace,
    hash: number,
    at: number,
    key: Uint8Array,
    keyOffset: number,
    keyLength: number,
  ): boolean {
    if (at !== 0) return this.store.entries.encoding(at) >= Encoding.counter;
    return this.hasTomb(ks, hash, key, keyOffset, keyLength);
  }

  /** Whether a key that is not there has a tomb; that of a collection gives way to one of a string first. */
  private hasTomb(ks: Keyspace, hash: number, key: Uint8Array, offset: number, length: number): boolean {
    const tomb = ks.tombOf(hash, key, offset, length);
    if (tomb === 0 || this.store.entries.type(tomb) === EntryType.tomb) return tomb !== 0;
    this.store.displace(ks, hash, tomb);
    return ks.tombOf(hash, key, offset, length) !== 0;
  }

  /** Sets the value of a key whose state is not a common one. */
  setState(
    ks: States,
    hash: number,
    key: Uint8Array,
    keyOffset: number,
    keyLength: number,
    value: Uint8Array,
    deadlineMs: number,
  ): void {
    const { store } = this;
    const state = ks.load(hash, key, keyOffset, keyLength);
    const dot = store.nextDot();
    const keep = deadlineMs === keepDeadline && isLive(state);
    const stated = keep || deadlineMs === keepDeadline ? 0 : deadlineMs;
    const base =
      state.value !== undefined && state.value.dot.origin !== store.self ? state.value.dot : undefined;
    const records = recordsOfSlots(state, dot);
    joinPut(state, dot, value, !keep, stated, records, store.ground.order);
    ks.save(hash, key, keyOffset, keyLength, state);
    const { recorder } = store;
    if (recorder === undefined) return;
    const head = recorder.pos;
    recorder.put(
      ks.id,
      key,
      keyOffset,
      keyLength,
      store.self,
      stampHi(dot.stamp),
      stampLo(dot.stamp),
      value,
      0,
      value.length,
      !keep,
      stated,
      base?.origin ?? 0,
      base === undefined ? 0 : stampHi(base.stamp),
      base === undefined ? 0 : stampLo(base.stamp),
    );
    if (records.length > 0) recorder.records(head, records);
  }

  /**
   * Writes bytes at an offset of the value, which grows with zero bytes as needed (APPEND, SETRANGE, SETBIT). Returns
   * the new length. Throws CommandError OOM.
   */
  patch(
    ks: Keyspace,
    key: Uint8Array,
    keyOffset: number,
    keyLength: number,
    position: number,
    bytes: Uint8Array,
    bytesOffset: number,
    bytesLength: number,
  ): number {
    const { store } = this;
    const { entries, recorder } = store;
    const hash = store.hash.of(key, keyOffset, keyLength);
    let at = store.find(ks, hash, key, keyOffset, keyLength);
    const old = at === 0 ? 0 : this.length(at);
    const length = Math.max(old, position + bytesLength);
    store.checkLimits(keyLength, length, at === 0);
    // Refused before a buffer of that size is made.
    if (length > store.limitBytes) throw new CommandError(outOfMemory, true);
    if (at === 0 && position >= zerosMin) at = this.makeEmpty(ks, hash, key, keyOffset, keyLength, length);
    const large = length > patchedBytesMin && at !== 0 && entries.encoding(at) === Encoding.raw;
    if (!large || (store.ground.keepsDead && !entries.hasExpiry(at))) {
      return this.patchWhole(
        ks,
        key,
        keyOffset,
        keyLength,
        at,
        position,
        bytes,
        bytesOffset,
        bytesLength,
        length,
      );
    }
    const [baseOrigin, baseHi, baseLo] = [entries.origin(at), entries.hi(at), entries.lo(at)];
    store.clock.tick();
    const { hi, lo } = store.clock;
    this.overlay(ks, hash, at, position, bytes, bytesOffset, bytesLength, store.self, hi, lo);
    recorder?.patch(
      ks.id,
      key,
      keyOffset,
      keyLength,
      store.self,
      hi,
      lo,
      baseOrigin,
      baseHi,
      baseLo,
      position,
      bytes,
      bytesOffset,
      bytesLength,
    );
    return length;
  }

  /**
   * Lays bytes over the raw value of the entry at `at`, which grows with zero bytes as needed and has this dot then.
   * Nothing is recorded. Throws CommandError OOM, with nothing changed.
   */
  overlay(
    ks: Keyspace,
    hash: number,
    at: number,
    position: number,
    bytes: Uint8Array,
    offset: number,
    length: number,
    origin: number,
    hi: number,
    lo: number,
  ): void {
    const { entries, arena } = this.store;
    const old = entries.valueLength(at);
    const target = this.grow(ks, hash, at, old, Math.max(old, position + length));
    entries.setDot(target, origin, hi, lo);
    const start = entries.valueOffset(target);
    if (position > old) arena.u8.fill(0, start + old, start + position);
    copyBytes(arena.u8, start + position, bytes, offset, length);
  }

  /**
   * Gives a key that is not there, and that nobody sees yet, a value of `length` bytes, which may be any: all of them
   * are to be patched or blanked, the last first, because whoever joins the patches has the length from it. Throws
   * CommandError OOM.
   */
  stake(ks: Keyspace, key: Uint8Array, keyOffset: number, keyLength: number, length: number): void {
    const hash = this.store.hash.of(key, keyOffset, keyLength);
    const at = this.makeEmpty(ks, hash, key, keyOffset, keyLength, length);
    ks.move(hash, at, 0, length, 0);
  }

  /** Makes a part of a staked value zeros. Whoever joins its patches has them already. */
  blank(
    ks: Keyspace,
    key: Uint8Array,
    keyOffset: number,
    keyLength: number,
    position: number,
    length: number,
  ): void {
    const { store } = this;
    const hash = store.hash.of(key, keyOffset, keyLength);
    const start = store.entries.valueOffset(ks.entryOf(hash, key, keyOffset, keyLength)) + position;
    store.arena.u8.fill(0, start, start + length);
  }

  /**
   * Makes the key, which is not there, an empty value that will have `length` bytes. Returns its entry. Throws
   * CommandError OOM.
   */
  private makeEmpty(
    ks: Keyspace,
    hash: number,
    key: Uint8Array,
    keyOffset: number,
    keyLength: number,
    length: number,
  ): number {
    const { store, int8 } = this;
    store.requireBlock(store.entries.size(keyLength, length, true));
    this.set(ks, key, keyOffset, keyLength, int8, 0, 0, 0, false);
    // With peers a patch needs an entry that says since when it has no deadline.
    if (store.ground.keepsDead) this.set(ks, key, keyOffset, keyLength, int8, 0, 0, keepDeadline, false);
    return ks.entryOf(hash, key, keyOffset, keyLength);
  }

  /**
   * Makes the string of a key, which may not be there, `length` bytes long, and writes the zeros that come to it in
   * parts between the yields: a `patch` behind them, which is to follow, has none to write then. Nobody may see the key
   * meanwhile. Where a string cannot grow where it is, all is left to the patch. Returns whether it is longer now.
   * Throws CommandError OOM.
   */
  *widen(
    ks: Keyspace,
    key: Uint8Array,
    keyOffset: number,
    keyLength: number,
    length: number,
  ): Generator<void, boolean, void> {
    const { store } = this;
    const { entries, arena, sliceSizes } = store;
    const hash = store.hash.of(key, keyOffset, keyLength);
    const found = store.find(ks, hash, key, keyOffset, keyLength);
    if (found !== 0 && this.length(found) >= length) return false;
    const at =
      found === 0
        ? this.makeEmpty(ks, hash, key, keyOffset, keyLength, length)
        : this.makePatchable(ks, hash, found, key, keyOffset, keyLength);
    if (at === 0) return false;
    const old = entries.valueLength(at);
    this.grow(ks, hash, at, old, length);
    for (let from = old; from < length; from += sliceSizes.stringBytes) {
      if (from > old) yield;
      const start = entries.valueOffset(ks.entryOf(hash, key, keyOffset, keyLength));
      arena.u8.fill(0, start + from, start + Math.min(length, from + sliceSizes.stringBytes));
    }
    return true;
  }

  /** Lays a string that is not large out so that it can be patched where it is. Returns its entry, or 0. */
  private makePatchable(
    ks: Keyspace,
    hash: number,
    found: number,
    key: Uint8Array,
    keyOffset: number,
    keyLength: number,
  ): number {
    const { entries, ground, sliceSizes } = this.store;
    const isPatchable = (at: number): boolean =>
      entries.encoding(at) === Encoding.raw && (!ground.keepsDead || entries.hasExpiry(at));
    if (isPatchable(found)) return found;
    if (this.length(found) >= sliceSizes.largeStringBytesMin) return 0;
    const value = this.copy(found);
    this.set(ks, key, keyOffset, keyLength, value, 0, value.length, keepDeadline, false);
    const at = ks.entryOf(hash, key, keyOffset, keyLength);
    return isPatchable(at) ? at : 0;
  }

  /**
   * Makes room for `length` bytes of value in a raw entry; where its block grows, it takes spare room for the next
   * growth.
   */
  private grow(ks: Keyspace, hash: number, at: number, old: number, length: number): number {
    const { store } = this;
    const { entries, arena, ground } = store;
    const need = entries.size(entries.keyLength(at), length, entries.hasExpiry(at));
    const spare = Math.min(length, 1048576);
    const isThere = entries.sameForm(at, length);
    if (isThere && (need <= arena.capacity(at) || arena.extend(at, need + spare, ground.reserveBytes))) {
      entries.setValueLength(at, length);
      return at;
    }
    return ks.move(hash, at, old, length, spare);
  }

  private patchWhole(
    ks: Keyspace,
    key: Uint8Array,
    keyOffset: number,
    keyLength: number,
    at: number,
    position: number,
    bytes: Uint8Array,
    bytesOffset: number,
    bytesLength: number,
    length: number,
  ): number {
    const whole = Buffer.alloc(length);
    if (at !== 0) {
      this.read(at);
      whole.set(this.valueBytes.subarray(this.valueOffset, this.valueOffset + this.valueLength));
    }
    whole.set(bytes.subarray(bytesOffset, bytesOffset + bytesLength), position);
    const inPieces = length > patchedBytesMin && at !== 0;
    this.set(ks, key, keyOffset, keyLength, whole, 0, length, keepDeadline, !inPieces);
    return length;
  }

  /** Adds a 64-bit integer (INCRBY and its kin). Returns the new value. Throws CommandError as Redis does. */
  count(
    ks: Keyspace,
    key: Uint8Array,
    keyOffset: number,
    keyLength: number,
    by: number | bigint,
  ): number | bigint {
    const { store } = this;
    const { entries } = store;
    const hash = store.hash.of(key, keyOffset, keyLength);
    const at = store.find(ks, hash, key, keyOffset, keyLength);
    if (at === 0) store.checkLimits(keyLength, 0, !ks.isNest);
    else if (entries.type(at) !== EntryType.string) throw new CommandError(wrongType);
    if (typeof by === 'number') {
      const encoding = at === 0 ? -1 : entries.encoding(at);
      if (encoding === Encoding.counter) {
        const value = this.countInPlace(ks, at, key, keyOffset, keyLength, by);
        if (value !== undefined) return value;
      } else if (encoding === -1) {
        if (!this.hasTomb(ks, hash, key, keyOffset, keyLength)) {
          return this.countFresh(ks, hash, 0, 0, key, keyOffset, keyLength, by);
        }
      } else if (encoding === Encoding.raw) {
        const base = parseSafeInt(store.arena.u8, entries.valueOffset(at), entries.valueLength(at));
        if (base !== undefined && Math.abs(base + by) <= safeMax) {
          return this.countFresh(ks, hash, at, base, key, keyOffset, keyLength, by);
        }
      }
    }
    return this.countState(ks, hash, key, keyOffset, keyLength, BigInt(by));
  }

  /** The hot path: this node's own slot, in place. Undefined where it is another case. */
  private countInPlace(
    ks: Keyspace,
    at: number,
    key: Uint8Array,
    keyOffset: number,
    keyLength: number,
    by: number,
  ): number | undefined {
    const { store } = this;
    const { entries, clock } = store;
    if (entries.origin(at) !== store.self || entries.stamp(at) < store.markSinceStamp) return undefined;
    const i32 = store.arena.i32;
    const w = counterWord(entries, at);
    let sumLo = i32[w + 2]!;
    let sumHi = i32[w + 3]!;
    let value = sumLo + by;
    if (sumHi === sumLo >> 31 && value === (value | 0) && !counterHasBase(entries, at)) {
      sumLo = value;
      sumHi = value >> 31;
    } else {
      const before = this.counterNumber(at);
      if (before === undefined) return undefined;
      const sum = sumHi * two32 + (sumLo >>> 0) + by;
      value = before + by;
      if (sum > safeMax || sum < -safeMax || value > safeMax || value < -safeMax) return undefined;
      sumHi = Math.floor(sum / two32);
      sumLo = lowOf(sum);
    }
    clock.tick();
    const { hi, lo } = clock;
    entries.setDot(at, store.self, hi, lo);
    if (ks.isNest) this.runStamp = stampFrom(i32[w + 1]!, i32[w]!);
    else store.touch(at);
    i32[w + 2] = sumLo;
    i32[w + 3] = sumHi;
    store.recorder?.count64(
      ks.id,
      key,
      keyOffset,
      keyLength,
      store.self,
      hi,
      lo,
      i32[w + 1]!,
      i32[w]!,
      sumHi,
      sumLo,
    );
    return value;
  }

  /** A first slot: on a key that is not there (`at` 0), or beside an integer base. */
  private countFresh(
    ks: Keyspace,
    hash: number,
    at: number,
    base: number,
    key: Uint8Array,
    keyOffset: number,
    keyLength: number,
    by: number,
  ): number {
    const { store } = this;
    const { entries, clock } = store;
    const { words } = this;
    clock.tick();
    const { hi, lo } = clock;
    const sumHi = Math.floor(by / two32);
    const sumLo = lowOf(by);
    if (ks.isNest) this.runStamp = stampFrom(hi, lo);
    words[0] = lo;
    words[1] = hi;
    words[2] = sumLo;
    words[3] = sumHi;
    let count = counterWords;
    const hasExpiry = at !== 0 && entries.hasExpiry(at);
    const deadlineMs = hasExpiry ? entries.deadline(at) : 0;
    const expiryOrigin = hasExpiry ? entries.expiryOrigin(at) : 0;
    const expiryStamp = hasExpiry ? entries.expiryStamp(at) : 0;
    if (at !== 0) {
      count = counterBaseWords;
      words[4] = lowOf(base);
      words[5] = Math.floor(base / two32);
      words[6] = entries.lo(at);
      words[7] = entries.hi(at);
      words[8] = entries.origin(at);
    }
    ks.writeCounter(
      hash,
      key,
      keyOffset,
      keyLength,
      this.wordBytes,
      count * 4,
      store.self,
      hi,
      lo,
      hasExpiry,
      deadlineMs,
      expiryOrigin,
      expiryStamp,
    );
    store.recorder?.count64(ks.id, key, keyOffset, keyLength, store.self, hi, lo, hi, lo, sumHi, sumLo);
    return base + by;
  }

  /** The state to count on: a key over a purged value is cleared first, so that its old slots stay out everywhere. */
  private stateToCount(ks: States, hash: number, key: Uint8Array, offset: number, length: number): KeyState {
    const state = ks.load(hash, key, offset, length);
    if (!state.purged) return state;
    this.store.clear(ks, hash, key, offset, length, state);
    return ks.load(hash, key, offset, length);
  }

  /** Adds to a key whose state is not a common one. */
  countState(
    ks: States,
    hash: number,
    key: Uint8Array,
    keyOffset: number,
    keyLength: number,
    by: bigint,
  ): number | bigint {
    const { store } = this;
    const state = ks.load(hash, key, keyOffset, keyLength);
    const before = this.integerOf(state);
    const value = before + by;
    if (value > int64Max || value < int64Min) throw new CommandError(overflow);
    const fresh = !state.purged ? state : this.stateToCount(ks, hash, key, keyOffset, keyLength);
    const own = fresh.slots.find((s) => s.origin === store.self);
    if (own !== undefined && typeof own.sum === 'string') {
      this.countDecimalOn(ks, hash, key, keyOffset, keyLength, fresh, by.toString());
      return value;
    }
    const sum = (own === undefined ? 0n : BigInt(own.sum)) + by;
    if (sum > int64Max || sum < int64Min) {
      this.setState(ks, hash, key, keyOffset, keyLength, Buffer.from(value.toString()), keepDeadline);
      this.runStamp = store.clock.last();
      return value;
    }
    const dot = store.nextDot();
    this.runStamp = own?.run ?? dot.stamp;
    const slot: CounterSlot = { origin: store.self, stamp: dot.stamp, run: this.runStamp, sum };
    this.joinOwnSlot(ks, hash, key, keyOffset, keyLength, fresh, slot);
    const [runHi, runLo] = [stampHi(slot.run), stampLo(slot.run)];
    const [hi, lo] = [stampHi(dot.stamp), stampLo(dot.stamp)];
    const sumHi = Number(sum >> 32n);
    const sumLo = Number(BigInt.asIntN(32, sum));
    store.recorder?.count64(ks.id, key, keyOffset, keyLength, store.self, hi, lo, runHi, runLo, sumHi, sumLo);
    return value;
  }

  private joinOwnSlot(
    ks: States,
    hash: number,
    key: Uint8Array,
    keyOffset: number,
    keyLength: number,
    state: KeyState,
    slot: CounterSlot,
  ): void {
    joinOwnCount(state, slot, this.store.markStarts, this.store.ground.order);
    ks.save(hash, key, keyOffset, keyLength, state);
  }

  private integerOf(state: KeyState): bigint {
    const bytes = visibleValue(state, (a, b) => this.store.origins.compare(a, b));
    if (bytes === undefined) return 0n;
    const value = parseInt64(bytes, 0, bytes.length);
    if (value === undefined) throw new CommandError(notAnInteger);
    return value;
  }

  /** Throws where the string entry at `at` holds no decimal; 0 = no entry, which counts as zero. */
  requireDecimal(at: number): void {
    if (at !== 0 && parseDecimalBytes(this.copy(at)) === undefined) throw new CommandError(notAFloat);
  }

  /** Adds a decimal (INCRBYFLOAT): exact, so that nodes agree. Returns the new value's text. */
  countDecimal(ks: Keyspace, key: Uint8Array, keyOffset: number, keyLength: number, by: string): string {
    const { store } = this;
    const hash = store.hash.of(key, keyOffset, keyLength);
    if (store.find(ks, hash, key, keyOffset, keyLength) === 0) {
      store.checkLimits(keyLength, 0, !ks.isNest);
      this.hasTomb(ks, hash, key, keyOffset, keyLength);
    }
    return this.countDecimalState(ks, hash, key, keyOffset, keyLength, by);
  }

  /** Adds a decimal to a key in whatever state. */
  countDecimalState(
    ks: States,
    hash: number,
    key: Uint8Array,
    keyOffset: number,
    keyLength: number,
    by: string,
  ): string {
    const { store } = this;
    const increment = parseDecimal(by);
    if (increment === undefined) throw new CommandError(notAFloat);
    const state = ks.load(hash, key, keyOffset, keyLength);
    const bytes = visibleValue(state, (a, b) => store.origins.compare(a, b));
    const before = bytes === undefined ? 0n : parseDecimalBytes(bytes);
    if (before === undefined) throw new CommandError(notAFloat);
    if (!decimalFits(before + increment)) throw new CommandError(notANumberResult);
    const fresh = !state.purged ? state : this.stateToCount(ks, hash, key, keyOffset, keyLength);
    this.countDecimalOn(ks, hash, key, keyOffset, keyLength, fresh, formatDecimal(increment));
    return formatDecimal(before + increment);
  }

  private countDecimalOn(
    ks: States,
    hash: number,
    key: Uint8Array,
    keyOffset: number,
    keyLength: number,
    state: KeyState,
    by: string,
  ): void {
    const { store } = this;
    const own = state.slots.find((s) => s.origin === store.self);
    const sum = formatDecimal((parseDecimal(String(own?.sum ?? 0)) ?? 0n) + (parseDecimal(by) ?? 0n));
    const dot: Dot = store.nextDot();
    this.runStamp = own?.run ?? dot.stamp;
    const slot: CounterSlot = { origin: store.self, stamp: dot.stamp, run: this.runStamp, sum };
    this.joinOwnSlot(ks, hash, key, keyOffset, keyLength, state, slot);
    store.recorder?.countDecimal(
      ks.id,
      key,
      keyOffset,
      keyLength,
      store.self,
      stampHi(dot.stamp),
      stampLo(dot.stamp),
      stampHi(slot.run),
      stampLo(slot.run),
      sum,
    );
  }
}

/** The lower 32 bits of a safe integer, in two's complement. */
function lowOf(value: number): number {
  return (value - Math.floor(value / two32) * two32) | 0;
}
