// What a type of value must offer to go into and out of RDB form: DUMP and RESTORE go through this, and whoever reads whole
// files can. A type is one file beside this one that exports its codec, and one line in value-codecs.ts.
import type { Keyspace } from '../../store/keyspace.ts';
import type { Store } from '../../store/store.ts';
import type { RdbReader } from './rdb-reader.ts';
import type { RdbWriter } from './rdb-writer.ts';

/** A key for a value to be put at, in place of what is there. */
export interface Target {
  readonly store: Store;
  readonly ks: Keyspace;
  readonly key: Uint8Array;
  readonly offset: number;
  readonly length: number;
  /** Unix ms; 0 = none. */
  readonly deadlineMs: number;
}

export interface ValueCodec {
  /** The entries that it writes. */
  readonly entryType: number;
  /** The type bytes of RDB that it reads. */
  readonly rdbTypes: readonly number[];
  /** Writes type byte and value of the entry at `at`. */
  write(store: Store, ks: Keyspace, at: number, out: RdbWriter): void;
  /**
   * Reads a value of one of `rdbTypes` wholly and returns what puts it. Throws MalformedRdb; nothing has changed then. The
   * function throws CommandError where the value does not fit.
   */
  read(rdbType: number, input: RdbReader): (target: Target) => void;
}
