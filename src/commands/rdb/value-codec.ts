// What a type of value must offer to go into and out of RDB form: DUMP and RESTORE go through this, and whoever reads
// whole files can. A type is one file beside this one that exports its codec, and one line in value-codecs.ts.
import type { Keyspace } from '../../store/keyspace.ts';
import type { Store } from '../../store/store.ts';
import type { RdbReader } from './rdb-reader.ts';
import type { RdbWriter } from './rdb-writer.ts';

/** A key. */
export interface Place {
  readonly store: Store;
  readonly ks: Keyspace;
  readonly key: Uint8Array;
  readonly offset: number;
  readonly length: number;
}

/** A key for a value to be put at, in place of what is there. */
export interface Target extends Place {
  /** Unix ms; 0 = none. */
  readonly deadlineMs: number;
}

/** An element of a hash or its kin; the value of a sorted set's is its score. */
export interface ReadElement {
  readonly name: Buffer;
  readonly value: Buffer;
  /** Unix ms; 0 = none. */
  readonly deadlineMs: number;
}

/** Puts a part of a value into a key that has the parts before it. Throws CommandError, and MalformedRdb. */
export type Part = (place: Place) => void;

/**
 * A large value as it is read, which throws MalformedRdb: by its elements, where names and values are all there is to
 * it, or in parts; undefined: a step without one.
 */
export type LargeReading =
  | { readonly elements: Iterable<ReadElement> }
  | { readonly parts: Iterable<Part | undefined> };

/** A value to be written. */
export interface Source {
  readonly store: Store;
  readonly ks: Keyspace;
  /** Its entry, wherever that is now; 0 where it is gone. */
  find(): number;
}

export interface ValueCodec {
  /** The entries that it writes. */
  readonly entryType: number;
  /** The type bytes of RDB that it reads. */
  readonly rdbTypes: readonly number[];
  /** Writes type byte and value, at once or in steps. Returns false where it is gone meanwhile. */
  write(source: Source, out: RdbWriter): boolean | Generator<void, boolean, void>;
  /**
   * Reads a value of one of `rdbTypes` wholly and returns what puts it. Throws MalformedRdb; nothing has changed then.
   * The function throws CommandError where the value does not fit.
   */
  read(rdbType: number, input: RdbReader): (target: Target) => void;
  /**
   * The same of a value of many elements, of which what was read before is put while more is read; a part has about
   * `partElements`.
   */
  readLarge?(rdbType: number, input: RdbReader, partElements: number): LargeReading;
}
