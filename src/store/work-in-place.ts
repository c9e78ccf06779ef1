// A change of many elements of keys where they are, in slices: the keys are at work meanwhile, the dots of the change
// lie ahead of the clock, which does not follow the time until it is done, and its deltas are in a run that counts when
// all of it is done. What is changed cannot be taken back, so where somebody cannot wait, the run cannot be kept, or
// the clock comes close all the same, the rest is done at once and the deltas go into the log as they are. A change
// that gives no dots, as that of a stream's groups, has none ahead and leaves the clock alone.
import { HybridClock } from '../base/clock.ts';
import { CommandError } from '../base/errors.ts';
import type { BatchWriter } from '../delta/batch-writer.ts';
import { DeltaKind } from '../delta/kinds.ts';
import { type DeltaRun, finished } from './delta-run.ts';
import { firstAhead, type Wait } from './dots-ahead.ts';
import type { KeyAtWork, KeyNames } from './keys-at-work.ts';
import type { Store } from './store.ts';

/** Dots begin so many ms of others' writes ahead at least, of which there are a thousand in each. */
const aheadMsMin = 1000;
/** Elements that are changed in a millisecond at least. */
const changedPerMs = 200;
/** Where so few stamps are left below the dots ahead, the rest is done at once. */
const spareStamps = 262_144;

/** What is changed, and how. */
export interface ChangeInPlace {
  /** The keys that are at work meanwhile. */
  readonly names: KeyNames;
  /** Those of which who listens is told when it counts, one at least of what changed. Asked for at the end. */
  targets(): readonly KeyAtWork[];
  /** How many dots are given, about; 0: none. */
  readonly dots: number;
  /** Memory that others do not take meanwhile. */
  readonly heldBytes: number;
  readonly steps: Generator<void, void, void>;
}

export class WorkInPlace {
  private readonly store: Store;
  private readonly change: ChangeInPlace;
  private readonly run: DeltaRun;
  /** Gives the dots of the change; undefined: it gives none. */
  private readonly ahead: HybridClock | undefined;
  private readonly first: number;
  private isDone = false;
  /** Whether dots were given: without a log nothing counts deltas. */
  private hasChanged = false;
  private isOver = false;
  private mistake: CommandError | undefined;

  /**
   * Undefined where all has to be done at once. There must be no other work, and where the change gives dots none
   * ahead.
   */
  static begin(store: Store, change: ChangeInPlace): WorkInPlace | undefined {
    const { dots } = change;
    if (store.runs === undefined) return undefined;
    if (dots === 0) return new WorkInPlace(store, change, store.runs.begin(true), undefined);
    const first = firstAhead(store, aheadMsMin + dots / changedPerMs, true);
    if (first === undefined) return undefined;
    return new WorkInPlace(store, change, store.runs.begin(true), first);
  }

  private constructor(store: Store, change: ChangeInPlace, run: DeltaRun, first: number | undefined) {
    this.store = store;
    this.run = run;
    this.change = change;
    this.first = first ?? Number.POSITIVE_INFINITY;
    if (first === undefined) return;
    this.ahead = new HybridClock(0);
    this.ahead.witness(first - 1);
  }

  /** Does all of it. Throws CommandError where the change does, with what it has done until then done. */
  *all(): Generator<Wait, void, void> {
    const { store, run, ahead, change } = this;
    const settle = ahead === undefined ? () => {} : this.keepAhead();
    store.atWork.begin(change.names, ahead === undefined, () => this.hurry());
    store.hold(change.heldBytes);
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
      settle();
    }
    if (this.mistake !== undefined) throw this.mistake;
  }

  /** Nobody else has dots ahead until what is returned is called, and the time does not come up to them. */
  private keepAhead(): () => void {
    const { store } = this;
    store.clock.ceiling = store.clock.last();
    let settle = (): void => {};
    store.dotsAhead = new Promise((resolve) => {
      settle = resolve;
    });
    return () => {
      store.dotsAhead = undefined;
      settle();
    };
  }

  private hurry(): void {
    while (!this.isDone) this.step();
    this.end(false);
  }

  /** Does a part of the change. */
  private step(): void {
    const { store, ahead, change } = this;
    const { clock, recorder } = store;
    // What was written meanwhile in one go may have come up to the dots ahead: no dot is given twice.
    if (ahead !== undefined && clock.last() > ahead.last()) ahead.witness(clock.last());
    store.clock = ahead ?? clock;
    store.recorder = this.run.writer;
    const before = store.clock.last();
    store.hold(0);
    try {
      this.isDone = change.steps.next().done === true;
    } catch (error) {
      if (!(error instanceof CommandError)) throw error;
      this.mistake = error;
      this.isDone = true;
    } finally {
      this.hasChanged ||= store.clock.last() > before;
      store.clock = clock;
      store.recorder = recorder;
      store.hold(change.heldBytes);
    }
  }

  /** The dots and deltas count from now on. */
  private end(isKept: boolean): void {
    if (this.isOver) return;
    this.isOver = true;
    const { store, run, change, ahead } = this;
    const { clock, recorder, self } = store;
    if (ahead !== undefined) clock.ceiling = Number.POSITIVE_INFINITY;
    store.hold(0);
    const { writer, number, count } = run;
    const isNamed = isKept || writer === undefined;
    if (writer === undefined ? !this.hasChanged : count === 0) run.discard();
    else {
      if (ahead === undefined) clock.tick();
      else clock.witness(ahead.last());
      if (isNamed) {
        const [first, ...others] = change.targets();
        const { db, key } = first!;
        run.place();
        recorder?.run(db, key, 0, key.length, self, clock.hi, clock.lo, number, count);
        tellOthers(recorder, others);
      } else if (recorder !== undefined) run.spill(recorder);
    }
    store.atWork.end();
  }
}

/** The record of the run names one key: who listens is told of the others. */
function tellOthers(recorder: BatchWriter | undefined, others: readonly KeyAtWork[]): void {
  for (const { db, key } of others) recorder?.onRecord?.(DeltaKind.run, db, key, 0, key.length, 0);
}
