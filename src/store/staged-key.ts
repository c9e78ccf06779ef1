// A large key in the making, of any type: a key of a keyspace that nobody sees, filled in as many turns as it takes by
// what fills any key, and then put in place of what the real one holds, at once. What is done to it meanwhile gets dots
// ahead of the clock, and its deltas go into a run (dots-ahead.ts). For what is known by its dots, as elements of lists
// are, and for what is more than names and values; sets, hashes and sorted sets that are not are faster in
// staged-elements.ts.
import type { HybridClock } from '../base/clock.ts';
import type { BatchWriter } from '../delta/batch-writer.ts';
import type { DeltaRun } from './delta-run.ts';
import { areAhead, countAhead, dropAhead, type GivenAhead, giveAhead, type Wait } from './dots-ahead.ts';
import { Encoding, type Entries, EntryType } from './entry.ts';
import type { Keyspace } from './keyspace.ts';
import { Nest } from './nest.ts';
import { relieveSlice, requireFree } from './room.ts';
import type { Store } from './store.ts';

/** What a key takes at most while it is put in place. */
const keyBytes = 16 * 1024;
/** Elements that are put in a millisecond at least. */
const putPerMs = 200;

/** Puts a part of the content into the key of that keyspace. */
export type Pour = (hidden: Keyspace) => void;

export class StagedKey {
  private readonly store: Store;
  private readonly ks: Keyspace;
  private readonly key: Uint8Array;
  private readonly offset: number;
  private readonly length: number;
  private readonly puts: boolean;
  private readonly nest: Nest;
  private readonly number: number;
  private given: GivenAhead | undefined;
  private isOver = false;

  /** The bytes of `key` must stay as they are. `puts`: a string is made, which begins with a put. */
  constructor(store: Store, ks: Keyspace, key: Uint8Array, offset: number, length: number, puts = false) {
    this.puts = puts;
    this.store = store;
    this.ks = ks;
    this.key = key;
    this.offset = offset;
    this.length = length;
    this.nest = new Nest(EntryType.string, ks.id, store.ground);
    this.number = store.nests.add(this.nest);
  }

  private get hidden(): Keyspace {
    return this.nest.elements;
  }

  private get hash(): number {
    return this.store.hash.of(this.key, this.offset, this.length);
  }

  private get entry(): number {
    return this.hidden.entryOf(this.hash, this.key, this.offset, this.length);
  }

  /**
   * Whether a key that has been something else can be told of in one step: nothing may be remembered of it. A plain
   * string gives way to a put and leaves no trace.
   */
  static fits(
    store: Store,
    ks: Keyspace,
    key: Uint8Array,
    offset: number,
    length: number,
    puts = false,
  ): boolean {
    const { entries, ground } = store;
    const hash = store.hash.of(key, offset, length);
    const at = ks.entryOf(hash, key, offset, length);
    const givesWay = puts && at !== 0 && isPlainString(entries, at);
    const isRemembered = ground.keepsDead && at !== 0 && !givesWay;
    return !isRemembered && ks.tombOf(hash, key, offset, length) === 0 && store.runs !== undefined;
  }

  /**
   * Fills the key with about `count` elements by what `read` yields, which is done out of sight. Returns whether that
   * has been done; false also where `read` returns that, or where it must be done at once. Throws CommandError OOM.
   */
  *fill(count: number, read: () => Generator<Pour, boolean, void>): Generator<Wait, boolean, void> {
    const { store } = this;
    this.given = yield* giveAhead(store, count / putPerMs, (ahead, run) => this.pour(ahead, run, read()));
    return this.given !== undefined;
  }

  private *pour(
    ahead: HybridClock,
    run: DeltaRun,
    parts: Generator<Pour, boolean, void>,
  ): Generator<Wait, boolean, void> {
    this.store.vacate(this.hidden);
    for (;;) {
      relieveSlice(this.store);
      const { done, value } = parts.next();
      if (done === true) return value;
      this.aside(ahead, run.writer, () => value(this.hidden));
      yield run.flush();
    }
  }

  /** Does something whose dots are ahead, and whose deltas go elsewhere. */
  private aside(ahead: HybridClock, writer: BatchWriter | undefined, run: () => void): void {
    const { store } = this;
    const { clock, recorder } = store;
    store.clock = ahead;
    store.recorder = writer;
    try {
      run();
    } finally {
      store.clock = clock;
      store.recorder = recorder;
    }
  }

  /**
   * Puts the key in place of what the real one holds. It has a deadline then (Unix ms), or 0: none. Returns whether
   * there was anything, or undefined where it cannot be done: then nothing has changed. Throws CommandError OOM, with
   * nothing changed.
   */
  replace(deadlineMs = 0): boolean | undefined {
    const { store, ks, key, offset, length, hash, given, entry, puts } = this;
    if (given === undefined || entry === 0 || !areAhead(store, given)) return undefined;
    // One whose time has come leaves a trace, where that is kept.
    const old = store.find(ks, hash, key, offset, length);
    if (!StagedKey.fits(store, ks, key, offset, length, puts)) return undefined;
    store.checkLimits(length, 0, old === 0);
    requireFree(store, keyBytes);
    const existed = old !== 0;
    if (existed && puts && isPlainString(store.entries, old)) ks.forget(hash, old);
    else store.remove(ks, key, offset, length);
    ks.takeFrom(this.hidden, hash, entry);
    countAhead(store, given, ks, key, offset, length);
    if (deadlineMs !== 0) store.expireAt(ks, hash, ks.entryOf(hash, key, offset, length), deadlineMs);
    this.discard();
    return existed;
  }

  /** Lets go of what has not been put in place. */
  discard(): void {
    if (this.isOver) return;
    this.isOver = true;
    if (this.given !== undefined) dropAhead(this.store, this.given);
    this.store.vacate(this.hidden);
    this.store.nests.remove(this.number);
  }
}

function isPlainString(entries: Entries, at: number): boolean {
  return entries.type(at) === EntryType.string && entries.encoding(at) < Encoding.counter;
}
