// Puts a computed sorted set in place of what a key holds, whatever its type: the end of ZUNIONSTORE and its kin. An
// empty result removes the key.
import type { Call } from '../call.ts';
import type { KeyEvent } from '../key-events.ts';
import type { ScoredNames } from './scored-names.ts';

/** At the key in argument i; replies with the number of elements. */
export function storeResult(call: Call, i: number, result: ScoredNames, event: KeyEvent): void {
  const { store, keyspace, buf, reply } = call;
  const [key, keyLength] = [call.offset(i), call.length(i)];
  if (result.size === 0) {
    if (call.removeKey(i)) call.notify('del', i);
    reply.integer(0);
    return;
  }
  store.sortedSets.replace(keyspace, buf, key, keyLength, result);
  call.notify(event, i);
  reply.integer(result.size);
}
