// What LMPOP and BLMPOP share: the pop of several elements of the first list that has any.
import type { Call } from '../call.ts';
import { type PopSource, popInSlices } from '../pop-many.ts';
import { type PopRequest, readPopRequest } from '../pop-request.ts';
import { openFirst } from './open-list.ts';
import { listsOf, popMany } from './pop-elements.ts';

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
  const { lists } = call.store;
  const key = openFirst(call, firstKey, lastKey);
  if (key === 0) return false;
  const expected = Math.min(count, lists.size);
  if (expected >= call.sliceSizes.largeElementsMin) {
    popInSlices(call, count, expected, (own) => sourceOf(own, options));
    return true;
  }
  replyKey(call, key);
  popMany(call, lists, atFront, count, key);
  return true;
}

/** What is popped comes next. */
function replyKey({ reply, buf, args }: Call, key: number): void {
  reply.array(2);
  reply.bulk(buf, args.offsets[key]!, args.lengths[key]!);
}

function sourceOf(call: Call, { firstKey, lastKey, isFirstEnd }: PopRequest): PopSource {
  return {
    firstKey,
    lastKey,
    find: () => openFirst(call, firstKey, lastKey),
    ...listsOf(call, isFirstEnd),
    header(n, key) {
      replyKey(call, key);
      call.reply.array(n);
    },
  };
}
