// What LMPOP and BLMPOP share: the pop of several elements of the first list that has any.
import type { Call } from '../call.ts';
import { type PopRequest, readPopRequest } from '../pop-request.ts';
import { openFirst } from './open-list.ts';
import { popMany } from './pop-elements.ts';

/** Reads `numkeys key [key ...] LEFT|RIGHT [COUNT count]` from argument i on. */
export function readPopOptions(call: Call, i: number): PopRequest {
  return readPopRequest(call, i, ['left', 'right']);
}

/**
 * Pops from the first list that exists and replies with its key and the elements; false, without a reply, where none
 * does.
 */
export function popFromFirst(call: Call, options: PopRequest): boolean {
  const { firstKey, lastKey, isFirstEnd: atFront, count } = options;
  const key = openFirst(call, firstKey, lastKey);
  if (key === 0) return false;
  call.reply.array(2);
  call.reply.bulk(call.buf, call.offset(key), call.length(key));
  popMany(call, call.store.lists, atFront, count, key);
  return true;
}
