// How Redis would keep a sorted set, by its own rule: small ones with short members in a listpack. What this node does
// is another matter (store/packed.ts, store/nest.ts), so a set that has shrunk is a listpack again.
import type { Store } from '../store/store.ts';

/** The encoding of the sorted set at `at`, in the words of OBJECT ENCODING. */
export function sortedSetEncoding(store: Store, at: number): 'listpack' | 'skiplist' {
  const { cursor } = store.sortedSets;
  const { entriesMax, valueBytesMax } = store.listpackLimits.zset;
  cursor.open(at);
  if (cursor.size > entriesMax) return 'skiplist';
  cursor.seekRank(0);
  while (cursor.next()) if (cursor.memberLength > valueBytesMax) return 'skiplist';
  return 'listpack';
}
