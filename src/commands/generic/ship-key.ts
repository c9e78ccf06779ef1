// What COPY, RENAME and MOVE share: what one key holds is put over another, under new dots, with its deadline. A large set,
// hash or sorted set is copied in slices, out of sight. Lists and streams, whose elements are known by their dots, and
// hashes whose fields have deadlines are copied at once.
import { EntryType } from '../../store/entry.ts';
import type { Keyspace } from '../../store/keyspace.ts';
import { isStageable, StagedElements } from '../../store/staged-elements.ts';
import type { Call } from '../call.ts';
import { largeElementsMin, type Pace, sliceElements, stage, type Work } from '../large-work.ts';
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
  if (isLarge(call, shipment.at))
    call.services.largeWork.run(call, [1], (own, pace) => slices(own, pace, shipping));
  else shipAtOnce(call, shipping, shipment);
}

function isLarge({ store }: Call, at: number): boolean {
  const type = store.entries.type(at);
  if (!isStageable(type) || store.elements.sizeAt(at) < largeElementsMin) return false;
  return type !== EntryType.hash || !store.elements.hasDeadlinesAt(at);
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
  if (!isLarge(call, at)) return { run: () => shipAtOnce(call, shipping, shipment), discard: () => {} };
  const type = store.entries.type(at);
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
