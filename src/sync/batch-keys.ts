// The keys of a large batch that is joined in slices: whose content is at work meanwhile, and which of them changed,
// and how, for whoever is told of that, of each when its deltas have been joined: to tell of very many at the end would
// be a pause of its own. It knows what a record says of its key, and no store.
import type { BatchReader } from '../delta/batch-reader.ts';
import type { BatchWriter } from '../delta/batch-writer.ts';
import { DeltaKind } from '../delta/kinds.ts';
import { type KeyAtWork, KeyNames } from '../store/keys-at-work.ts';

/** A batch of more keys is joined at once: their names are held in memory. */
export const batchKeysMax = 131_072;

type Tell = NonNullable<BatchWriter['onRecord']>;

export class BatchKeys {
  /** Each key can be named, and there are not too many. */
  isSliceable = true;
  /** The greatest stamp of all records. */
  lastStamp = 0;
  names = new KeyNames();
  /** One that changed. */
  changed: KeyAtWork | undefined;
  /** The key that was named last, in a place that its records share as they mostly follow one another. */
  private namedDb = -1;
  private namedOffset = -1;
  /** The last of which a delta was joined: of how many it is, who listens is told once. */
  private joinedDb = -1;
  private joinedKey: Buffer | undefined;
  private joinedOffset = -1;
  private kind = 0;
  private type = 0;

  /** Takes note of the record at which the reader stands. */
  add(d: BatchReader): void {
    this.lastStamp = Math.max(this.lastStamp, d.greatestStamp);
    if (d.kind === DeltaKind.frontier || !this.isSliceable) return;
    const isOfKeyspace = d.kind === DeltaKind.clearDb || d.kind === DeltaKind.mapDb;
    if (isOfKeyspace || this.names.size > batchKeysMax) {
      this.isSliceable = false;
      this.names = new KeyNames();
      return;
    }
    if (d.keyOffset === this.namedOffset && d.db === this.namedDb) return;
    this.names.add(d.db, d.buf, d.keyOffset, d.keyLength);
    this.namedDb = d.db;
    this.namedOffset = d.keyOffset;
  }

  /** The record at which the reader stands was joined. `tell`: told of the key before it. */
  joined(d: BatchReader, tell: Tell | undefined): void {
    if (d.keyOffset !== this.joinedOffset || d.db !== this.joinedDb) {
      this.tell(tell);
      this.joinedDb = d.db;
      this.joinedOffset = d.keyOffset;
      this.joinedKey = d.buf.subarray(d.keyOffset, d.keyOffset + d.keyLength);
      this.changed ??= { db: d.db, key: this.joinedKey };
    }
    this.kind = d.kind;
    this.type = d.elementType;
  }

  /** Tells of the key that changed last, as no more of the batch is to be joined. */
  tell(tell: Tell | undefined): void {
    const { joinedKey } = this;
    if (joinedKey !== undefined) tell?.(this.kind, this.joinedDb, joinedKey, 0, joinedKey.length, this.type);
    this.joinedKey = undefined;
  }
}
