// What joins of a log's records will read, loaded into the cache for many of them at once: one after the other, each
// waits for memory where the table is larger than the cache. It joins nothing, and what it says of keys is void when
// their buffer changes (`KeyHash.expectNone`).
import type { BatchReader } from '../delta/batch-reader.ts';
import type { KeyHash } from './hash.ts';
import type { Keyspace } from './keyspace.ts';

/** Records looked at ahead: more loads than a processor has under way at a time. */
const aheadMax = 64;

/** Walks the next records of `d` and loads what finding their keys will read. Returns how many records they are. */
export function loadAhead(hash: KeyHash, keyspaces: readonly Keyspace[], d: BatchReader): number {
  hash.expectNone();
  let count = 0;
  for (let offset = -1; count < aheadMax && d.next(); count++) {
    if (d.keyOffset !== offset) hash.expect(d.buf, d.keyOffset, d.keyLength);
    offset = d.keyOffset;
  }
  if (count > 0) keyspaces[d.db]!.table.warmFor(hash.hashes, hash.expectedCount);
  return count;
}
