// Finds the sorted set of a key argument and puts the store's cursor on it. The cursor is shared by all commands, so it
// is good until the next set is opened or anything changes.
import { CommandError } from '../../base/errors.ts';
import { wrongType } from '../../resp/errors.ts';
import { EntryType } from '../../store/entry.ts';
import type { SortedSetCursor } from '../../store/sorted-set-cursor.ts';
import type { Call } from '../call.ts';

/** The sorted set of the key in argument i, for a read: counts a hit or a miss. Undefined where there is none. */
export function openToRead(call: Call, i: number): SortedSetCursor | undefined {
  const at = call.findRead(i);
  if (at === 0) return undefined;
  if (call.store.entries.type(at) !== EntryType.zset) throw new CommandError(wrongType);
  const { cursor } = call.store.sortedSets;
  cursor.open(at);
  return cursor;
}

/** The same for a write: it is the collection that the store has open as well. */
export function openToWrite(call: Call, i: number): SortedSetCursor | undefined {
  if (!call.openToWrite(i, EntryType.zset)) return undefined;
  const { cursor } = call.store.sortedSets;
  cursor.open(call.store.elements.at);
  return cursor;
}

/**
 * The first of the sorted sets in arguments `first` to `last` that exists, opened for a write, as its argument; 0 where
 * none does.
 */
export function openFirst(call: Call, first: number, last: number): number {
  for (let i = first; i <= last; i++) {
    if (!call.passesOver(i, EntryType.zset) && openToWrite(call, i) !== undefined) return i;
  }
  return 0;
}

/** Throws WRONGTYPE where the key in argument i holds something else. */
export function requireSortedSet(call: Call, i: number): void {
  const at = call.find(i);
  if (at !== 0 && call.store.entries.type(at) !== EntryType.zset) throw new CommandError(wrongType);
}
