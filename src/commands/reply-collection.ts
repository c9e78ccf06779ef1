// Replies with all of a hash or a set: SMEMBERS, HGETALL, HKEYS and HVALS. A large one is read in slices. Where fields
// of it have deadlines, what has expired when the work began is left out: the others are counted first, in slices as
// well.
import type { ReplyWriter } from '../resp/reply-writer.ts';
import type { ElementVisitor } from '../store/elements/element-form.ts';
import type { Elements } from '../store/elements.ts';
import type { Call } from './call.ts';
import type { Work } from './large-work.ts';

export interface CollectionReply {
  readonly type: number;
  header(reply: ReplyWriter, count: number): void;
  /** What is said of each element. */
  readonly names: boolean;
  readonly values: boolean;
}

/** Replies with all of the collection of argument 1. Throws CommandError WRONGTYPE. */
export function replyCollection(call: Call, form: CollectionReply): void {
  const { elements } = call.store;
  call.openToRead(1, form.type);
  if (elements.size >= call.sliceSizes.largeElementsMin) {
    call.services.largeWork.run(call, [1], (own) => slices(own, form));
    return;
  }
  form.header(call.reply, elements.shown);
  if (elements.at === 0) return;
  if (elements.nest === undefined) replyPacked(call.reply, elements, form);
  else elements.each(writerOf(call.reply, form));
}

/** A loop of its own: most collections are small, and calls for each element are a third of the work then. */
function replyPacked(reply: ReplyWriter, elements: Elements, { names, values }: CollectionReply): void {
  const cursor = elements.packed();
  const { u8 } = cursor;
  while (cursor.nextLive()) {
    const { isState } = cursor;
    if (isState && !elements.readRecord(cursor)) continue;
    if (names) reply.bulk(u8, cursor.nameOffset, cursor.nameLength);
    if (!values) continue;
    if (isState) reply.bulk(elements.valueBytes, elements.valueOffset, elements.valueLength);
    else reply.bulk(u8, cursor.valueOffset, cursor.valueLength);
  }
}

function writerOf(reply: ReplyWriter, { names, values }: CollectionReply): ElementVisitor {
  return (name, nameOffset, nameLength, value, valueOffset, valueLength) => {
    if (names) reply.bulk(name, nameOffset, nameLength);
    if (values) reply.bulk(value, valueOffset, valueLength);
  };
}

function* slices(call: Call, form: CollectionReply): Work {
  const { reply, store } = call;
  const { elements } = store;
  const atMs = store.nowMs;
  call.openToWrite(1, form.type);
  let count = elements.size;
  if (elements.at !== 0 && elements.hasDeadlinesAt(elements.at)) {
    count = 0;
    const isWhole = yield* eachInSlices(call, form.type, atMs, () => {
      count += 1;
    });
    if (!isWhole) return false;
  }
  form.header(reply, count);
  return yield* eachInSlices(call, form.type, atMs, writerOf(reply, form));
}

/**
 * Visits what the open collection of argument 1 shows at a moment (Unix ms), in slices: opens it anew after each but
 * the last. Returns false where it is not there any more.
 */
export function* eachInSlices(
  call: Call,
  type: number,
  atMs: number,
  visit: ElementVisitor,
): Generator<void, boolean, void> {
  const { elements } = call.store;
  for (let cursor = 0; ; ) {
    cursor = elements.scan(cursor, call.sliceSizes.elements, visit, atMs);
    if (cursor === 0) return true;
    yield;
    if (!call.openToWrite(1, type)) return false;
  }
}
