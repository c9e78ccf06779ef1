// What the journal needs of a store, and no more: to join what is read back, and to be scanned for a snapshot. The
// store satisfies it by its shape; tests and benches have smaller ones.
import type { BatchReader } from '../delta/batch-reader.ts';
import type { BatchWriter } from '../delta/batch-writer.ts';

export interface StoreScan {
  /** Appends the deltas of a slice of about `bytesMax`; returns whether there is more. */
  next(writer: BatchWriter, bytesMax: number): boolean;
}

/** As JoinResult of the store. */
export const JoinOutcome = { want: 2, full: 3 } as const;

export interface ReplicaStore {
  /** Applies the reader's current record, of a store's kind; `whole`: nobody can be asked for more. A JoinResult. */
  join(d: BatchReader, context: undefined, whole: true): number;
  /** Work whose deltas count only when it has ended. */
  readonly atWork?: { readonly isAny: boolean; readonly ended: number };
  /** What `d` is about to read will be joined next, until `endBlock`; walks some of it and returns how many records. */
  loadAhead?(d: BatchReader): number;
  /** The records since the last call were committed as one block. */
  endBlock?(): void;
  /** How large the store is: noted with a snapshot, and watched while a journal is read. */
  sizeHint?(): number;
  /** How large it will be, as far as one can say while it is being filled; 0 when it is. */
  expect?(sizeHint: number): void;
  /** What the order of a scan depends on: noted with a snapshot. */
  scanSeed?(): readonly [number, number];
  /** Told before a snapshot is read, so that it comes in the order in which the store lays it down. */
  adoptSeed?(seed: readonly [number, number]): void;
  /** Of everything. */
  scan(covered: undefined, isLocal: true): StoreScan;
}
