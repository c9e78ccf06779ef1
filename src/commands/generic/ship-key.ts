// What COPY, RENAME and MOVE share: what one key holds is put over another, under new dots, with its deadline. A large
// collection is copied in slices, out of sight: sets, hashes and sorted sets as elements, all else as keys
// (ship-parts.ts).
import { EntryType } from '../../store/entry.ts';
import type { Keyspace } from '../../store/keyspace.ts';
import { StagedElements } from '../../store/staged-elements.ts';
import type { Pour } from '../../store/staged-key.ts';
import type { Call } from '../call.ts';
import { isLarge, isLargeString, type Pace, stage, stageKey, type Work } from '../large-work.ts';
import { openToWrite } from '../sorted-set/find-sorted-set.ts';
import { type Parts, partsOf } from './ship-parts.ts';

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
  if (isWorthSlices(call, shipment.at))
    call.services.largeWork.run(call, [1], (own, pace) => slices(own, pace, shipping));
  else shipAtOnce(call, shipping, shipment);
}

function shipAtOnce(call: Call, shipping: Shipping, { at, to, key }: Shipment): void {
  call.store.ship(at, to, call.buf, call.offset(key), call.length(key));
  shipping.done(call);
}

function isWorthSlices({ store }: Call, at: number): boolean {
  return isLarge(store, at) || isLargeString(store, at);
}

function* slices(call: Call, pace: Pace, shipping: Shipping): Work {
  const { store, buf } = call;
  const shipment = shipping.plan(call);
  if (shipment === undefined) return true;
  const { at, to, key } = shipment;
  if (!isWorthSlices(call, at)) return { run: () => shipAtOnce(call, shipping, shipment), discard: () => {} };
  const type = store.entries.type(at);
  const parts = partsOf(call, at, key);
  if (parts !== undefined) return yield* shipAsKey(call, pace, shipping, shipment, parts, type);
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
  { count, read, isCurrent }: Parts,
  type: number,
): Work {
  const { entries } = call.store;
  let isWhole = true;
  const fill = function* (): Generator<Pour, boolean, void> {
    isWhole = yield* read();
    return isWhole;
  };
  const staged = yield* stageKey(call, key, pace, to, count, fill, type === EntryType.string);
  if (!isWhole || !isCurrent()) {
    staged?.discard();
    return false;
  }
  const run = (): void => {
    const now = shipping.plan(call);
    if (now === undefined) return;
    const isPlaced = now.to === to && staged?.replace(entries.deadline(now.at)) !== undefined;
    if (isPlaced) shipping.done(call);
    else shipAtOnce(call, shipping, now);
  };
  return { run, discard: () => staged?.discard() };
}

/** Stages all elements; false where the key is gone while others ran. */
function* elementsOf(call: Call, type: number, staged: StagedElements): Generator<void, boolean, void> {
  const { elements } = call.store;
  for (let cursor = 0; ; ) {
    if (!call.openToWrite(1, type)) return false;
    cursor = elements.scan(cursor, call.sliceSizes.elements, (...element) => staged.put(...element));
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
    const end = Math.min(cursor.size, rank + call.sliceSizes.elements);
    for (; rank < end && cursor.next(); rank++) {
      staged.putScored(cursor.u8, cursor.memberOffset, cursor.memberLength, cursor.score);
    }
    if (rank >= cursor.size) return true;
    yield;
  }
}
