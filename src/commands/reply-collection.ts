// Replies with all of a large hash or set in slices: what SMEMBERS, HGETALL, HKEYS and HVALS do where a collection is not
// small. Those have their own loops for what is.
import type { ReplyWriter } from '../resp/reply-writer.ts';
import type { ElementVisitor } from '../store/elements.ts';
import type { Call } from './call.ts';
import { largeElementsMin, sliceElements, type Work } from './large-work.ts';

export interface CollectionReply {
  readonly type: number;
  header(reply: ReplyWriter, count: number): void;
  /** What writes an element. */
  writer(reply: ReplyWriter): ElementVisitor;
}

/** Replies with the open collection of argument 1 if it is large; false where it is not. */
export function replyLarge(call: Call, form: CollectionReply): boolean {
  const { elements } = call.store;
  // Where fields expire while others run, their number would not hold.
  if (elements.size < largeElementsMin || elements.hasDeadlinesAt(elements.at)) return false;
  call.services.largeWork.run(call, [1], (own) => slices(own, form));
  return true;
}

function* slices(call: Call, { type, header, writer }: CollectionReply): Work {
  const { reply, store } = call;
  const { elements } = store;
  const write = writer(reply);
  call.openToWrite(1, type);
  header(reply, elements.size);
  for (let cursor = 0; ; ) {
    cursor = elements.scan(cursor, sliceElements, write);
    if (cursor === 0) return true;
    yield;
    if (!call.openToWrite(1, type)) return false;
  }
}
