// A large hash, set or sorted set in the making: a nest that no key has, filled in as many turns as it takes, and then
// put in place of what a key holds at once. Before that nobody sees, ships or recovers any of it. When it is full its
// elements get dots that lie ahead of the clock, and their deltas are put into a run (delta-run.ts), in slices too;
// where the clock has not come up to them when all is ready, the last step is to hang the nest on its key, to say that
// the run counts, and to set the clock behind its dots. Otherwise all get their dots and are said in the last step.
import { CommandError } from '../base/errors.ts';
import { outOfMemory } from '../resp/errors.ts';
import { areAhead, countAhead, dropAhead, type GivenAhead, giveAhead, type Wait } from './dots-ahead.ts';
import { sayNest } from './elements/say-nest.ts';
import { EntryType } from './entry.ts';
import type { Keyspace } from './keyspace.ts';
import { Nest } from './nest.ts';
import { requireFree } from './room.ts';
import { packScore, scoreBytes } from './score.ts';
import type { Store } from './store.ts';

const noBytes = new Uint8Array(0);
/** What a key takes at most while its elements are put in place. */
const keyBytes = 16 * 1024;

/** Elements that get their dots in a millisecond at least. */
const saidPerMs = 1000;

export class StagedElements {
  readonly type: number;
  private readonly store: Store;
  private readonly ks: Keyspace;
  private readonly nest: Nest;
  private readonly number: number;
  private isOver = false;
  private said: GivenAhead | undefined;

  /** `least`: so many elements will come, or more. */
  constructor(store: Store, ks: Keyspace, type: number, least = 0) {
    this.store = store;
    this.ks = ks;
    this.type = type;
    this.nest = new Nest(type, ks.id, store.ground);
    this.number = store.nests.add(this.nest);
    this.nest.elements.table.expect(least);
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

  /**
   * Gives all elements their dots and puts their deltas into a run, in slices; what it yields is waited for, if
   * anything. The key's bytes must stay as they are. Where it cannot be done, the last step does it all. One does so at
   * a time.
   */
  *say(key: Uint8Array, offset: number, length: number): Generator<Wait, void, void> {
    const { store, nest } = this;
    const { elements } = store.sliceSizes;
    if (store.runs === undefined || this.size === 0) return;
    this.said = yield* giveAhead(store, this.size / saidPerMs, function* (ahead, run) {
      for (let cursor = 0; ; ) {
        cursor = sayNest(store, nest, key, offset, length, cursor, elements, ahead, run.writer);
        if (cursor === 0) return true;
        yield run.flush();
      }
    });
  }

  /** The dots and deltas of all elements, now that they are the key's. */
  private count(ks: Keyspace, key: Uint8Array, offset: number, length: number): void {
    const { store, nest, said } = this;
    const { clock, recorder } = store;
    if (said !== undefined && ks === this.ks && areAhead(store, said)) {
      countAhead(store, said, ks, key, offset, length);
      return;
    }
    for (let at = 0; ; ) {
      at = sayNest(store, nest, key, offset, length, at, this.size, clock, recorder);
      if (at === 0) return;
    }
  }

  /**
   * Puts all elements in place of what the key holds, which goes where there are none. The key has a deadline then
   * (Unix ms), or 0: none. Returns whether it held anything. Throws CommandError OOM, or that of a limit, and changes
   * nothing then.
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
    store.elements.adopt(nest, number, () => this.count(ks, key, offset, length));
    this.isOver = true;
    if (this.said !== undefined) dropAhead(this.store, this.said);
    const hash = store.hash.of(key, offset, length);
    if (deadlineMs !== 0) store.expireAt(ks, hash, ks.entryOf(hash, key, offset, length), deadlineMs);
    return existed;
  }

  /** Lets go of what has not been put in place. */
  discard(): void {
    if (this.isOver) return;
    this.isOver = true;
    if (this.said !== undefined) dropAhead(this.store, this.said);
    this.store.vacate(this.nest.elements);
    this.store.nests.remove(this.number);
  }
}

/** Whether elements of this type can be staged: those of lists and streams are known by their dots. */
export function isStageable(type: number): boolean {
  return type === EntryType.hash || type === EntryType.set || type === EntryType.zset;
}
