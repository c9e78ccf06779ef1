// How commands find the list that an argument names: for a read, for a change, or to be popped by one that may wait.
// They say WRONGTYPE where the key holds something else.
import { CommandError } from '../../base/errors.ts';
import { wrongType } from '../../resp/errors.ts';
import { EntryType } from '../../store/entry.ts';
import type { Lists } from '../../store/lists.ts';
import type { Call } from '../call.ts';

/** The list in argument i, opened for a read; undefined where there is none. Throws WRONGTYPE. */
export function readList(call: Call, i: number): Lists | undefined {
  const at = call.findRead(i);
  if (at === 0) return undefined;
  const { store } = call;
  if (store.entries.type(at) !== EntryType.list) throw new CommandError(wrongType);
  store.lists.stand(call.keyspace, 0, at, call.buf, call.offset(i), call.length(i));
  return store.lists;
}

/** Opens the list in argument i for a change; whether it exists is `lists.at`. Throws WRONGTYPE. */
export function openList(call: Call, i: number): Lists {
  const { lists } = call.store;
  lists.open(call.keyspace, call.buf, call.offset(i), call.length(i));
  return lists;
}

/**
 * The first of the lists in arguments `first` to `last` that exists, as its argument; 0 where none does. A command that
 * waited passes over keys that meanwhile hold something else.
 */
export function openFirst(call: Call, first: number, last: number): number {
  for (let i = first; i <= last; i++) {
    if (!call.passesOver(i, EntryType.list) && openList(call, i).at !== 0) return i;
  }
  return 0;
}
