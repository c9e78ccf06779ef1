// Puts a computed sorted set in place of what a key holds, whatever its type: the end of ZUNIONSTORE and its kin. An
// empty result removes the key.
import { EntryType } from '../../store/entry.ts';
import { StagedElements } from '../../store/staged-elements.ts';
import type { Call } from '../call.ts';
import type { KeyEvent } from '../key-events.ts';
import { type Pace, stage, type Work } from '../large-work.ts';
import type { Scores, Steps } from './combine.ts';
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

/** The same of a result that `steps` fill, of `least` elements or more. */
export function* storeInSteps(
  call: Call,
  i: number,
  pace: Pace,
  least: number,
  event: KeyEvent,
  steps: (result: Scores) => Steps,
): Work {
  const staged = new StagedElements(call.store, call.keyspace, EntryType.zset, least);
  return yield* stage(call, i, pace, staged, steps(staged), () => {
    const { size } = staged;
    const existed = staged.replace(call.keyspace, call.buf, call.offset(i), call.length(i));
    if (size > 0) call.notify(event, i);
    else if (existed) call.notify('del', i);
    call.reply.integer(size);
  });
}
