// Runs: deltas that are written down before they count. What is made ready out of sight in slices has its deltas put
// into a run in slices too; then one record in the log says that all of them count from there on. This is what the
// store asks of whoever keeps runs; where nobody keeps deltas, `unkeptRuns` stands in.
import type { BatchWriter } from '../delta/batch-writer.ts';

export interface DeltaRun {
  readonly number: number;
  /** Where deltas of one origin go; undefined where nobody wants them. */
  readonly writer: BatchWriter | undefined;
  /** Deltas in it. */
  readonly count: number;
  /**
   * Hands on what has been written so far, where that is much. Returns what is to be waited for where too much is under
   * way.
   */
  flush(): Promise<void> | undefined;
  /** Hands on the rest. Returns, or resolves with, whether all of it is as durable as it gets. */
  finish(): boolean | Promise<boolean>;
  /** The record that makes it count is the next one in the log. */
  place(): void;
  /**
   * Puts all of it into the log as it is, where it could not be made durable, or there is no time to: then it is
   * discarded.
   */
  spill(to: BatchWriter): void;
  /** Lets go of it, where it has not been placed. */
  discard(): void;
}

export interface DeltaRuns {
  /** `maySpill`: all of it is kept at hand until it is placed. */
  begin(maySpill?: boolean): DeltaRun;
}

/** Hands on the rest of a run, and yields where that is to be waited for. Returns whether all of it is kept. */
export function* finished(run: DeltaRun): Generator<Promise<void>, boolean, void> {
  const finishing = run.finish();
  if (typeof finishing === 'boolean') return finishing;
  let isKept = false;
  yield finishing.then((kept) => {
    isKept = kept;
  });
  return isKept;
}

/** The runs of a node without a log. */
export const unkeptRuns: DeltaRuns = {
  begin: () => ({
    number: 0,
    writer: undefined,
    count: 0,
    flush: () => undefined,
    finish: () => true,
    place() {},
    spill() {},
    discard() {},
  }),
};
