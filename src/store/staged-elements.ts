// A large hash, set or sorted set in the making: a nest that no key has, filled in as many turns as it takes, and then put
// in place of what a key holds at once. Nothing is recorded of it before: its elements get their dots and are said to
// peers and to the journal when they are put in place, so that nobody sees, ships or recovers half of them. That takes a
// fraction of the time that it takes to make them.
import { CommandError } from '../base/errors.ts';
import { outOfMemory } from '../resp/errors.ts';
import { EntryType } from './entry.ts';
import type { Keyspace } from './keyspace.ts';
import { Nest } from './nest.ts';
import { requireFree } from './room.ts';
import { packScore, scoreBytes } from './score.ts';
import type { Store } from './store.ts';

const noBytes = new Uint8Array(0);
/** What a slice of elements that are not large takes at most. */
const stepBytes = 2 * 1024 * 1024;
/** What a key takes at most while its elements are put in place. */
const keyBytes = 16 * 1024;

export class StagedElements {
  readonly type: number;
  private readonly store: Store;
  private readonly nest: Nest;
  private readonly number: number;
  private isOver = false;

  /** `least`: so many elements will come, or more. */
  constructor(store: Store, ks: Keyspace, type: number, least = 0) {
    this.store = store;
    this.type = type;
    this.nest = new Nest(type, ks.id, store.ground);
    this.nest.elements.table.expect(least);
    this.number = store.nests.add(this.nest);
  }

  get size(): number {
    return this.nest.elements.table.size;
  }

  /** Puts an element, a hash's with its value. Throws CommandError OOM; what is staged is then of no use any more. */
  put(
    name: Uint8Array,
    offset: number,
    length: number,
    value: Uint8Array = noBytes,
    valueOffset = 0,
    valueLength = 0,
  ): void {
    const { store, nest } = this;
    this.unsaid(() =>
      store.strings.set(nest.elements, name, offset, length, value, valueOffset, valueLength, 0),
    );
  }

  /**
   * Puts a member of a sorted set with its score, or with what `joined` makes of that and the one that it has. Throws
   * CommandError OOM as `put` does.
   */
  putScored(
    name: Uint8Array,
    offset: number,
    length: number,
    score: number,
    joined?: (before: number, score: number) => number,
  ): void {
    const { ground } = this.store;
    const { order } = this.nest.elements;
    if (order === undefined || this.entryOf(name, offset, length) === 0) {
      this.put(name, offset, length, packScore(score), 0, scoreBytes);
      return;
    }
    if (!order.reserve(ground.reserveBytes)) throw new CommandError(outOfMemory);
    const entry = this.entryOf(name, offset, length);
    const before = order.scoreOf(entry);
    order.rescore(entry, before, joined === undefined ? score : joined(before, score));
  }

  /** Takes an element out again. */
  drop(name: Uint8Array, offset: number, length: number): void {
    const { elements } = this.nest;
    const hash = this.store.hash.of(name, offset, length);
    if (elements.entryOf(hash, name, offset, length) !== 0) elements.drop(hash, name, offset, length);
  }

  private entryOf(name: Uint8Array, offset: number, length: number): number {
    return this.nest.elements.entryOf(this.store.hash.of(name, offset, length), name, offset, length);
  }

  /** Does something of which nothing is recorded. */
  private unsaid(run: () => void): void {
    const { store } = this;
    const { recorder } = store;
    store.recorder = undefined;
    try {
      run();
    } finally {
      store.recorder = recorder;
    }
  }

  /** Evicts, as the policy says, where what comes until the next call may not fit. Keys and elements may move. */
  relieve(): void {
    const { store } = this;
    const isTight = (): boolean => store.limitBytes - store.ground.reserveBytes - store.usedBytes < stepBytes;
    for (let attempt = 0; isTight() && store.eviction.relieve(attempt); attempt++);
  }

  /**
   * Puts all elements in place of what the key holds, which goes where there are none. The key has a deadline then (Unix
   * ms), or 0: none. Returns whether it held anything. Throws CommandError OOM, or that of a limit, and changes nothing then.
   */
  replace(ks: Keyspace, key: Uint8Array, offset: number, length: number, deadlineMs = 0): boolean {
    const { store, type, nest, number } = this;
    if (this.size === 0) {
      this.discard();
      return store.remove(ks, key, offset, length);
    }
    requireFree(store, keyBytes);
    nest.elements.table.expect(0);
    const existed = store.remove(ks, key, offset, length);
    store.elements.open(ks, key, offset, length, type);
    store.elements.adopt(nest, number);
    this.isOver = true;
    const hash = store.hash.of(key, offset, length);
    if (deadlineMs !== 0) store.expireAt(ks, hash, ks.entryOf(hash, key, offset, length), deadlineMs);
    return existed;
  }

  /** Lets go of what has not been put in place. */
  discard(): void {
    if (this.isOver) return;
    this.isOver = true;
    this.store.vacate(this.nest.elements);
    this.store.nests.remove(this.number);
  }
}

/** Whether elements of this type can be staged: those of lists and streams are known by their dots. */
export function isStageable(type: number): boolean {
  return type === EntryType.hash || type === EntryType.set || type === EntryType.zset;
}
