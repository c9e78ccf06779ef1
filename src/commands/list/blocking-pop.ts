// What BLPOP and BRPOP share: the first list that has something, or a wait for one.
import type { Call } from '../call.ts';
import { readTimeoutSeconds } from '../timeout.ts';
import { openFirst } from './open-list.ts';
import { popOne } from './pop-elements.ts';

/** Pops from the first list of arguments 1 and on that exists; the last argument is the timeout. */
export function blockingPop(call: Call, atFront: boolean): void {
  const { reply, buf } = call;
  const lastKey = call.argc - 2;
  const timeoutMs = readTimeoutSeconds(call, call.argc - 1);
  const key = openFirst(call, 1, lastKey);
  if (key === 0) {
    call.block({ firstKey: 1, lastKey, timeoutMs, onTimeout: (late) => late.nilArray() });
    return;
  }
  reply.array(2);
  reply.bulk(buf, call.offset(key), call.length(key));
  popOne(call, call.store.lists, atFront, key);
}
