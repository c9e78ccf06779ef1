// What the rest of the node sees of a journal: an append-only log of deltas in blocks, group commit, what of it is
// durable, and its tail for links. Two things are one: FileJournal on a disk and MemoryJournal without. Records are
// numbered from 0 over the log's life: `seq` is the number the next one gets, `durableSeq` that of the first which a
// power loss could still take. A block is what one commit appended from one source; nobody splits it.
import type { BatchWriter } from '../delta/batch-writer.ts';
import type { DeltaRuns } from '../store/delta-run.ts';

/**
 * Records `firstSeq` to `firstSeq + count - 1`: the batch `buf[start .. end)` for BatchReader.open. Never written to.
 */
export interface Block {
  /** The peer that the records came from; '' = made here. */
  readonly source: string;
  readonly firstSeq: number;
  readonly count: number;
  /** `count` if made here, else 0. */
  readonly ownCount: number;
  readonly buf: Buffer;
  readonly start: number;
  readonly end: number;
}

export interface SnapshotResult {
  /** Replay of the log starts here. */
  readonly seq: number;
  readonly records: number;
  readonly bytes: number;
  readonly durationMs: number;
}

/** Figures for INFO and LASTSAVE. */
export interface SaveFigures {
  /** When the last snapshot was completed, Unix ms; that of the start where there was none yet. */
  lastSaveMs: number;
  lastStatus: 'ok' | 'err';
  lastDurationMs: number;
  inProgress: boolean;
  /** Records written by the snapshot in progress so far. */
  progressRecords: number;
}

export interface DeltaLog {
  /** Random, made with the log and kept with its data; a log that forgets at exit has another at each start. */
  readonly id: string;
  /** The open block: commands and joins append their records here, and no one keeps its `buf`. */
  readonly writer: BatchWriter;
  /** Records that are written down before they count. */
  readonly runs: DeltaRuns;
  /** Bytes of the open block so far. */
  readonly openBytes: number;
  /** Where the records of the open block come from; '' = made here. */
  readonly source: string;
  readonly seq: number;
  /** How many of the records below `seq` were made here. */
  readonly ownSeq: number;
  /** What follows is notes of this node's own (delta/kinds.ts), which tell others nothing. */
  readonly newsSeq: number;
  readonly durableSeq: number;
  readonly durableOwnSeq: number;
  /** The first record that `read` can still give. */
  readonly oldestSeq: number;
  /** Set while what is appended cannot be made durable: the reason, without paths. Writes are to be refused. */
  readonly failure: string | undefined;
  readonly save: Readonly<SaveFigures>;
  /** Records since the last snapshot was begun. */
  readonly changesSinceSave: number;
  /** Bytes that the log and its snapshots take where they are kept. */
  readonly storedBytes: number;
  /** To be called before appending what came from `peer` ('' = from here again). Closes the block if it has records. */
  setSource(peer: string): void;
  /**
   * Ends the block and makes everything appended as durable as configured, then calls `done`: before returning where
   * it can. With an error, nothing appended since the last commit is acknowledged. Calls come back in order.
   */
  commit(done: (error?: Error) => void): void;
  /** Asks for an early fdatasync of what is written; at most one in flight, at most one every 10 ms. */
  requestSync(): void;
  /**
   * `listener` runs whenever `durableSeq` has risen, and when the log has failed. Returns the end of the subscription.
   */
  onDurable(listener: () => void): () => void;
  /**
   * Durable blocks, the first the one that contains record `fromSeq`, of about `limitBytes` and at least one; empty at
   * the end. At once where they are in memory. Undefined when that record is no longer kept. Rejects with FerriteError
   * if the disk fails.
   */
  read(fromSeq: number, limitBytes: number): readonly Block[] | Promise<readonly Block[]> | undefined;
  /** The blocks of the run that a record of the log names; undefined when it is no longer kept. Rejects as `read`. */
  readRun(number: number): Promise<Block[] | undefined>;
  /** Writes a snapshot now, or joins the one in progress. Rejects with FerriteError JOURNAL_IO if it fails. */
  snapshot(): Promise<SnapshotResult>;
  /** Keeps records from `seq` on for the link `name`, within the budget for it; undefined lets go of them. */
  retain(name: string, seq: number | undefined): void;
  /**
   * Makes everything durable and lets go of the files; rejects where it is not all durable. The log takes nothing after
   * it.
   */
  close(): Promise<void>;
}
