// What RENAME and RENAMENX share: a put of the source's content and deadline under the new name, then a clear of the
// old one. The put comes first, because it alone can fail.
import { CommandError } from '../../base/errors.ts';
import { noSuchKey } from '../../resp/errors.ts';
import type { Call } from '../call.ts';
import { shipKey } from './ship-key.ts';

/**
 * Renames argument 1 to argument 2 and then calls `reply` with whether it did: not where 2 exists and may not be
 * replaced. Throws where 1 does not exist.
 */
export function renameKey(call: Call, replaces: boolean, reply: (call: Call, isDone: boolean) => void): void {
  shipKey(call, {
    plan: (own) => {
      const isTaken = !replaces && own.find(2) !== 0;
      const at = own.find(1);
      if (at === 0) throw new CommandError(noSuchKey);
      if (!isTaken && !own.sameBytes(1, 2)) return { at, to: own.keyspace, key: 2 };
      reply(own, !isTaken);
      return undefined;
    },
    done: (own) => {
      own.removeKey(1);
      own.notify('new', 2);
      own.notify('rename_from', 1);
      own.notify('rename_to', 2);
      reply(own, true);
    },
  });
}
