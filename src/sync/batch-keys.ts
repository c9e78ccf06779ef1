// The keys of a large batch that is joined in slices: whose content is at work meanwhile, and which of them changed,
// and how, for whoever is told of that at the end. It knows what a record says of its key, and no store.
import type { BatchReader } from '../delta/batch-reader.ts';
import { DeltaKind } from '../delta/kinds.ts';

/** A batch of more keys is joined at once. */
export const batchKeysMax = 1024;

interface BatchKey {
  readonly db: number;
  readonly key: Buffer;
  /** The kind of the last of its deltas that was joined, and the type that it speaks of; 0: none was. */
  kind: number;
  type: number;
}

export class BatchKeys {
  /** Each key can be named, and there are not too many. */
  isSliceable = true;
  /** The greatest stamp of all records. */
  lastStamp = 0;
  private readonly keys = new Map<string, BatchKey>();
  private last: BatchKey | undefined;
  private lastOffset = -1;

  get all(): readonly BatchKey[] {
    return [...this.keys.values()];
  }

  /** Takes note of the record at which the reader stands. */
  add(d: BatchReader): void {
    this.lastStamp = Math.max(this.lastStamp, d.greatestStamp);
    if (d.kind === DeltaKind.frontier || !this.isSliceable) return;
    const isOfKeyspace = d.kind === DeltaKind.clearDb || d.kind === DeltaKind.mapDb;
    if (isOfKeyspace || this.keys.size > batchKeysMax) this.isSliceable = false;
    else this.keyOf(d);
  }

  /** The record at which the reader stands was joined. */
  joined(d: BatchReader): void {
    const key = this.keyOf(d);
    key.kind = d.kind;
    key.type = d.elementType;
  }

  /** Records of one key mostly follow one another, and share its bytes. */
  private keyOf(d: BatchReader): BatchKey {
    const { last } = this;
    if (last !== undefined && d.keyOffset === this.lastOffset && d.db === last.db) return last;
    const bytes = d.buf.subarray(d.keyOffset, d.keyOffset + d.keyLength);
    const name = `${d.db}:${bytes.toString('latin1')}`;
    const known = this.keys.get(name) ?? { db: d.db, key: Buffer.from(bytes), kind: 0, type: 0 };
    this.keys.set(name, known);
    this.last = known;
    this.lastOffset = d.keyOffset;
    return known;
  }
}
