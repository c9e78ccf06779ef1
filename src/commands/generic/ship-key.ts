// What COPY, RENAME and MOVE share: what one key holds is put over another, under new dots, with its deadline. A large
// collection is copied in slices, out of sight: sets, hashes and sorted sets as elements, lists and hashes whose fields have
// deadlines as keys. Streams are copied at once.
import { CopiedElements } from '../../store/copied-elements.ts';
import { EntryType } from '../../store/entry.ts';
import type { Keyspace } from '../../store/keyspace.ts';
import { StagedElements } from '../../store/staged-elements.ts';
import type { Pour } from '../../store/staged-key.ts';
import type { Call } from '../call.ts';
import { isLarge, type Pace, sliceElements, stage, stageKey, type Work } from '../large-work.ts';
import { openToWrite } from '../sorted-set/find-sorted-set.ts';

export interface Shipment {
  /** The entry of the key in argument 1. */
  readonly at: number;
  /** Where it is put, and the argument that names the key. */
  readonly to: Keyspace;
  readonly key: number;
}

export interface Shipping {
  /** Looks at what there is. Returns undefined where nothing is to be done but what it has replied. */
  plan(call: Call): Shipment | undefined;
  /** It has been put there: does the rest, and replies. */
  done(call: Call): void;
}

/** Puts what the key in argument 1 holds where the plan says, once it can be done as a whole. */
export function shipKey(call: Call, shipping: Shipping): void {
  const shipment = shipping.plan(call);
  if (shipment === undefined) return;
  if (isLarge(call.store, shipment.at))
    call.services.largeWork.run(call, [1], (own, pace) => slices(own, pace, shipping));
  else shipAtOnce(call, shipping, shipment);
}

function shipAtOnce(call: Call, shipping: Shipping, { at, to, key }: Shipment): void {
  call.store.ship(at, to, call.buf, call.offset(key), call.length(key));
  shipping.done(call);
}

function* slices(call: Call, pace: Pace, shipping: Shipping): Work {
  const { store, buf } = call;
  const shipment = shipping.plan(call);
  if (shipment === undefined) return true;
  const { at, to, key } = shipment;
  if (!isLarge(store, at)) return { run: () => shipAtOnce(call, shipping, shipment), discard: () => {} };
  const type = store.entries.type(at);
  if (type === EntryType.list) {
    return yield* shipAsKey(call, pace, shipping, shipment, store.lists.sizeAt(at), () =>
      partsOfList(call, key),
    );
  }
  const { elements } = store;
  if (type === EntryType.hash && elements.hasDeadlinesAt(at)) {
    return yield* shipAsKey(call, pace, shipping, shipment, elements.sizeAt(at), () =>
      partsOfHash(call, key),
    );
  }
  const staged = new StagedElements(store, to, type, store.elements.sizeAt(at));
  const steps = type === EntryType.zset ? membersInOrder(call, staged) : elementsOf(call, type, staged);
  return yield* stage(call, key, pace, staged, steps, () => {
    // What is to be replaced may have changed meanwhile.
    const now = shipping.plan(call);
    if (now === undefined) return;
    const deadlineMs = store.entries.deadline(now.at);
    staged.replace(now.to, buf, call.offset(key), call.length(key), deadlineMs);
    shipping.done(call);
  });
}

function* shipAsKey(
  call: Call,
  pace: Pace,
  shipping: Shipping,
  { to, key }: Shipment,
  count: number,
  parts: () => Generator<Pour, boolean, void>,
): Work {
  const { entries } = call.store;
  const staged = yield* stageKey(call, key, pace, to, count, parts);
  const run = (): void => {
    const now = shipping.plan(call);
    if (now === undefined) return;
    const isPlaced = now.to === to && staged?.replace(entries.deadline(now.at)) !== undefined;
    if (isPlaced) shipping.done(call);
    else shipAtOnce(call, shipping, now);
  };
  return { run, discard: () => staged?.discard() };
}

function* partsOfList(call: Call, key: number): Generator<Pour, boolean, void> {
  const { lists, entries } = call.store;
  for (let from = 0; ; from += sliceElements) {
    const at = call.find(1);
    if (at === 0 || entries.type(at) !== EntryType.list) return false;
    lists.stand(call.keyspace, 0, at, call.buf, call.offset(1), call.length(1));
    const { size } = lists;
    if (from >= size) return true;
    const values: string[] = [];
    lists.values(from, Math.min(sliceElements, size - from), values);
    yield (hidden) => {
      lists.open(hidden, call.buf, call.offset(key), call.length(key));
      lists.pushTexts(values);
    };
  }
}

function* partsOfHash(call: Call, key: number): Generator<Pour, boolean, void> {
  const { elements, nowMs } = call.store;
  for (let cursor = 0; ; ) {
    if (!call.openToWrite(1, EntryType.hash)) return false;
    const copied = new CopiedElements();
    cursor = elements.scan(
      cursor,
      sliceElements,
      (...element) => copied.add(...element, elements.deadlineMs),
      nowMs,
    );
    yield (hidden) => {
      elements.open(hidden, call.buf, call.offset(key), call.length(key), EntryType.hash);
      copied.each((bytes, name, nameLength, value, valueLength, deadlineMs) => {
        elements.put(bytes, name, nameLength, bytes, value, valueLength);
        if (deadlineMs !== 0) elements.expire(bytes, name, nameLength, deadlineMs);
      });
    };
    if (cursor === 0) return true;
  }
}

/** Stages all elements; false where the key is gone while others ran. */
function* elementsOf(call: Call, type: number, staged: StagedElements): Generator<void, boolean, void> {
  const { elements } = call.store;
  for (let cursor = 0; ; ) {
    if (!call.openToWrite(1, type)) return false;
    cursor = elements.scan(cursor, sliceElements, (...element) => staged.put(...element));
    if (cursor === 0) return true;
    yield;
  }
}

/** The same of a sorted set, in its order, in which members are put fastest. */
function* membersInOrder(call: Call, staged: StagedElements): Generator<void, boolean, void> {
  for (let rank = 0; ; ) {
    const cursor = openToWrite(call, 1);
    if (cursor === undefined) return false;
    cursor.seekRank(rank);
    const end = Math.min(cursor.size, rank + sliceElements);
    for (; rank < end && cursor.next(); rank++) {
      staged.putScored(cursor.u8, cursor.memberOffset, cursor.memberLength, cursor.score);
    }
    if (rank >= cursor.size) return true;
    yield;
  }
}
