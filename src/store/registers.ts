// HyperLogLog keys in the store: adding elements, uniting sets, reading and caching the estimate. Each origin adds to a
// set of its own (register-sets.ts), so additions on many nodes unite; a key that only this node added to is one entry
// in Redis's representation and changes in place. A delta brings the registers that rose, or the whole set where it is
// new.
import { stampHi, stampLo } from '../base/clock.ts';
import { CommandError } from '../base/errors.ts';
import { corruptHyperLogLog, notAHyperLogLog } from '../resp/errors.ts';
import { Encoding } from './entry.ts';
import {
  cachedEstimate,
  cacheEstimate,
  denseRegister,
  ElementHash,
  encodeRegisters,
  estimate,
  isDense,
  isHyperLogLog,
  mergeRegisters,
  registerCount,
  setDenseRegister,
} from './hyperloglog.ts';
import { joinRegisters } from './key-state.ts';
import type { Keyspace } from './keyspace.ts';
import { changedSet } from './register-sets.ts';
import type { Store } from './store.ts';

const changeBytes = 3;

/** A key of a keyspace. */
export interface KeyAt {
  readonly ks: Keyspace;
  readonly key: Uint8Array;
  readonly offset: number;
  readonly length: number;
}

export class Registers {
  private readonly store: Store;
  private readonly hash = new ElementHash();
  /** The registers that rise, as a delta has them. */
  private changes = new Uint8Array(64 * changeBytes);
  private changeCount = 0;
  /** The registers of the key, once they are needed. */
  private readonly united = new Uint8Array(registerCount);

  constructor(store: Store) {
    this.store = store;
  }

  /** Begins an addition. */
  open(): void {
    this.changeCount = 0;
  }

  /**
   * Takes an element in that is to be added to the entry at `at` (0: none); `add` then adds what was taken in. Throws
   * where the entry holds no sound set.
   */
  take(at: number, bytes: Uint8Array, offset: number, length: number): void {
    this.hash.of(bytes, offset, length);
    const { index, rank } = this.hash;
    if (at !== 0) {
      const { entries, arena } = this.store;
      const start = entries.valueOffset(at);
      if (entries.encoding(at) === Encoding.registers && isDense(arena.u8, start)) {
        if (denseRegister(arena.u8, start, index) >= rank) return;
      }
    }
    this.note(index, rank);
  }

  private note(index: number, rank: number): void {
    const at = this.changeCount * changeBytes;
    if (at === this.changes.length) {
      const grown = new Uint8Array(at * 2);
      grown.set(this.changes);
      this.changes = grown;
    }
    this.changes[at] = index & 255;
    this.changes[at + 1] = index >> 8;
    this.changes[at + 2] = rank;
    this.changeCount += 1;
  }

  /** Adds the elements taken in to the key, whose entry is `at` (0: it is made). Returns whether anything changed. */
  add(where: KeyAt, at: number): boolean {
    if (at !== 0 && this.changeCount === 0) return false;
    if (at !== 0 && this.addInPlace(where, at)) return true;
    this.united.fill(0);
    if (at !== 0) this.mergeEntry(this.united, at);
    this.keepRising();
    if (at !== 0 && this.changeCount === 0) return false;
    this.addToState(where);
    return true;
  }

  /** Adds all of `registers` to the key, which is made where there is none. Returns whether anything changed. */
  merge(where: KeyAt, at: number, registers: Uint8Array): boolean {
    const { united } = this;
    this.open();
    united.fill(0);
    if (at !== 0) this.mergeEntry(united, at);
    for (let i = 0; i < registerCount; i++) if (registers[i]! > united[i]!) this.note(i, registers[i]!);
    return this.add(where, at);
  }

  /** Takes an element in that is to be added later, into `registers`, by `merge`. */
  raise(registers: Uint8Array, bytes: Uint8Array, offset: number, length: number): void {
    this.hash.of(bytes, offset, length);
    const { index, rank } = this.hash;
    if (rank > registers[index]!) registers[index] = rank;
  }

  /** Raises `registers` to those of the entry. Throws CommandError where it is no HyperLogLog, or a bad one. */
  mergeEntry(registers: Uint8Array, at: number): void {
    const { valueBytes, valueOffset, valueLength } = this.read(at);
    if (!mergeRegisters(registers, valueBytes, valueOffset, valueLength)) {
      throw new CommandError(corruptHyperLogLog);
    }
  }

  private read(at: number): Store['strings'] {
    const { strings } = this.store;
    strings.read(at);
    if (!isHyperLogLog(strings.valueBytes, strings.valueOffset, strings.valueLength)) {
      throw new CommandError(notAHyperLogLog);
    }
    return strings;
  }

  /** Throws CommandError where the entry holds no HyperLogLog. */
  require(at: number): void {
    this.read(at);
  }

  /** How many different elements the entry has counted. Throws CommandError as `mergeEntry`. */
  estimateOf(at: number): number {
    const { entries, arena } = this.store;
    const { valueBytes, valueOffset } = this.read(at);
    const known = cachedEstimate(valueBytes, valueOffset);
    if (known !== undefined) return known;
    this.united.fill(0);
    this.mergeEntry(this.united, at);
    const value = estimate(this.united);
    // Of a plain value every byte is what someone put there.
    if (entries.encoding(at) === Encoding.registers) cacheEstimate(arena.u8, entries.valueOffset(at), value);
    return value;
  }

  /** Keeps of what was taken in only what is more than the registers in `united`, each register once. */
  private keepRising(): void {
    const { changes, united } = this;
    const count = this.changeCount;
    this.changeCount = 0;
    for (let p = 0; p < count * changeBytes; p += changeBytes) {
      const index = changes[p]! | (changes[p + 1]! << 8);
      const rank = changes[p + 2]!;
      if (rank <= united[index]!) continue;
      united[index] = rank;
      this.note(index, rank);
    }
  }

  /** Adds to a dense set of this node's own, where it stands. */
  private addInPlace({ ks, key, offset, length }: KeyAt, at: number): boolean {
    const { store } = this;
    const { entries, arena, clock } = store;
    const start = entries.valueOffset(at);
    if (entries.encoding(at) !== Encoding.registers || entries.origin(at) !== store.self) return false;
    if (!isDense(arena.u8, start)) return false;
    const [baseHi, baseLo] = [entries.hi(at), entries.lo(at)];
    for (let p = 0; p < this.changeCount * changeBytes; p += changeBytes) {
      const index = this.changes[p]! | (this.changes[p + 1]! << 8);
      const rank = this.changes[p + 2]!;
      if (rank > denseRegister(arena.u8, start, index)) setDenseRegister(arena.u8, start, index, rank);
    }
    cacheEstimate(arena.u8, start, undefined);
    clock.tick();
    const { hi, lo } = clock;
    entries.setDot(at, store.self, hi, lo);
    this.record({ ks, key, offset, length }, hi, lo, baseHi, baseLo);
    return true;
  }

  private addToState(where: KeyAt): void {
    const { store } = this;
    const { ks, key, offset, length } = where;
    const hash = store.hash.of(key, offset, length);
    const isNew = ks.entryOf(hash, key, offset, length) === 0;
    store.checkLimits(length, 0, isNew);
    let state = ks.load(hash, key, offset, length);
    if (state.purged) {
      store.clear(ks, hash, key, offset, length, state);
      state = ks.load(hash, key, offset, length);
    }
    const own = state.sets.find((set) => set.origin === store.self);
    const changes = this.changes.subarray(0, this.changeCount * changeBytes);
    const bytes = changedSet(own?.bytes ?? encodeRegisters(new Uint8Array(registerCount)), changes);
    const dot = store.nextDot();
    joinRegisters(state, { origin: store.self, stamp: dot.stamp, bytes }, store.ground.order);
    ks.save(hash, key, offset, length, state);
    const hi = stampHi(dot.stamp);
    const lo = stampLo(dot.stamp);
    if (own !== undefined && changes.length < bytes.length) {
      this.record(where, hi, lo, stampHi(own.stamp), stampLo(own.stamp));
      return;
    }
    store.recorder?.registers(
      ks.id,
      key,
      offset,
      length,
      store.self,
      hi,
      lo,
      0,
      0,
      0,
      bytes,
      0,
      bytes.length,
    );
  }

  private record(
    { ks, key, offset, length }: KeyAt,
    hi: number,
    lo: number,
    baseHi: number,
    baseLo: number,
  ): void {
    const { recorder, self } = this.store;
    const bytes = this.changeCount * changeBytes;
    recorder?.registers(
      ks.id,
      key,
      offset,
      length,
      self,
      hi,
      lo,
      self,
      baseHi,
      baseLo,
      this.changes,
      0,
      bytes,
    );
  }
}
