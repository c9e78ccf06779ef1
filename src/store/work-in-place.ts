// A change of many elements of a key where they are, in slices: the key is at work meanwhile, the dots of the change
// lie ahead of the clock, which does not follow the time until it is done, and its deltas are in a run that counts when
// all of it is done. What is changed cannot be taken back, so where somebody cannot wait, the run cannot be kept, or
// the clock comes close all the same, the rest is done at once and the deltas go into the log as they are.
import { HybridClock } from '../base/clock.ts';
import { CommandError } from '../base/errors.ts';
import { type DeltaRun, finished } from './delta-run.ts';
import { firstAhead, type Wait } from './dots-ahead.ts';
import type { KeyAtWork } from './keys-at-work.ts';
import type { Store } from './store.ts';

/** Dots begin at least so far ahead: some millions of writes may come meanwhile. */
const aheadMsMin = 1000;
/** Elements that are changed in a millisecond at least. */
const changedPerMs = 200;
/** Where so few stamps are left below the dots ahead, the rest is done at once. */
const spareStamps = 262_144;

export class WorkInPlace {
  private readonly store: Store;
  private readonly target: KeyAtWork;
  private readonly change: Generator<void, void, void>;
  private readonly run: DeltaRun;
  private readonly ahead = new HybridClock(0);
  private readonly first: number;
  private isDone = false;
  /** Whether dots were given: without a log nothing counts deltas. */
  private hasChanged = false;
  private isOver = false;
  private mistake: CommandError | undefined;

  /** Undefined where all has to be done at once. There must be no other work, and no dots ahead. */
  static begin(
    store: Store,
    target: KeyAtWork,
    count: number,
    change: Generator<void, void, void>,
  ): WorkInPlace | undefined {
    const first = firstAhead(store, aheadMsMin + count / changedPerMs);
    if (first === undefined || store.runs === undefined) return undefined;
    return new WorkInPlace(store, target, first, store.runs.begin(true), change);
  }

  private constructor(
    store: Store,
    target: KeyAtWork,
    first: number,
    run: DeltaRun,
    change: Generator<void, void, void>,
  ) {
    this.store = store;
    this.target = target;
    this.first = first;
    this.run = run;
    this.change = change;
    this.ahead.witness(first - 1);
  }

  /** Does all of it. Throws CommandError where the change does, with what it has done until then done. */
  *all(): Generator<Wait, void, void> {
    const { store, run } = this;
    let settle = (): void => {};
    store.dotsAhead = new Promise((resolve) => {
      settle = resolve;
    });
    store.clock.ceiling = store.clock.last();
    store.atWork.begin([this.target], false, () => this.hurry());
    try {
      while (!this.isOver && !this.isDone) {
        this.step();
        const written = run.flush();
        if (store.clock.last() + spareStamps >= this.first) this.hurry();
        else yield written;
      }
      if (!this.isOver) this.end(yield* finished(run));
    } finally {
      // Whoever ends this early would leave all others waiting.
      if (!this.isOver) this.hurry();
      store.dotsAhead = undefined;
      settle();
    }
    if (this.mistake !== undefined) throw this.mistake;
  }

  private hurry(): void {
    while (!this.isDone) this.step();
    this.end(false);
  }

  /** Does a part of the change. */
  private step(): void {
    const { store } = this;
    const { clock, recorder } = store;
    // What was written meanwhile in one go may have come up to the dots ahead: no dot is given twice.
    if (clock.last() > this.ahead.last()) this.ahead.witness(clock.last());
    store.clock = this.ahead;
    store.recorder = this.run.writer;
    const before = this.ahead.last();
    try {
      this.isDone = this.change.next().done === true;
    } catch (error) {
      if (!(error instanceof CommandError)) throw error;
      this.mistake = error;
      this.isDone = true;
    } finally {
      store.clock = clock;
      store.recorder = recorder;
      this.hasChanged ||= this.ahead.last() > before;
    }
  }

  /** The dots and deltas count from now on. */
  private end(isKept: boolean): void {
    if (this.isOver) return;
    this.isOver = true;
    const { store, run, target, ahead } = this;
    const { clock, recorder, self } = store;
    clock.ceiling = Number.POSITIVE_INFINITY;
    const { writer, number, count } = run;
    const isNamed = isKept || writer === undefined;
    if (writer === undefined ? !this.hasChanged : count === 0) run.discard();
    else {
      clock.witness(ahead.last());
      if (isNamed) {
        const { db, key } = target;
        run.place();
        recorder?.run(db, key, 0, key.length, self, clock.hi, clock.lo, number, count);
      } else if (recorder !== undefined) run.spill(recorder);
    }
    store.atWork.end();
  }
}
