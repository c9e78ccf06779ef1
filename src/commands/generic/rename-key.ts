// What RENAME and RENAMENX share: a put of the source's content and deadline under the new name, then a clear of the old
// one. The put comes first, because it alone can fail.
import { CommandError } from '../../base/errors.ts';
import { noSuchKey } from '../../resp/errors.ts';
import type { Call } from '../call.ts';

/** Renames argument 1 to argument 2; false where that exists and may not be replaced. Throws where 1 does not exist. */
export function renameKey(call: Call, replaces: boolean): boolean {
  const { store, keyspace, buf } = call;
  const isTaken = !replaces && call.find(2) !== 0;
  const at = call.find(1);
  if (at === 0) throw new CommandError(noSuchKey);
  if (isTaken) return false;
  if (call.sameBytes(1, 2)) return true;
  store.ship(at, keyspace, buf, call.offset(2), call.length(2));
  call.removeKey(1);
  call.notify('rename_from', 1);
  call.notify('rename_to', 2);
  return true;
}
