// What SADD, HSET, ZADD, RPUSH and their kin share: very many elements are added to the key in argument 1 where it is,
// in slices (large-work.ts). All or none are added: it begins only where there is ample room, which is kept for it, and
// elsewhere the command does all at once, as it does with fewer. It knows no types.
import { hasAmpleRoom, roomOf } from '../store/room.ts';
import { AttentionBit } from './attention.ts';
import type { Call } from './call.ts';
import { keyExists } from './interplay.ts';
import { changeInPlace, endsSlice, type Pace, type Work } from './large-work.ts';
import { namesEvicted } from './unheld-keys.ts';

/** What an element takes at most beside its bytes. */
const elementExtraBytes = 80;

/** The elements that a command adds, as the arguments say. */
export interface Addition {
  readonly count: number;
  /** Their bytes. */
  readonly bytes: number;
  /** Throws CommandError where the nth, from 0, cannot be read. All are asked of before the first is added. */
  check?(call: Call, n: number): void;
  /** Opens the key, which may not be there; false: then nothing is added. Throws WRONGTYPE. */
  open(call: Call): boolean;
  /** Adds the nth. */
  add(call: Call, n: number): void;
  /** Tells who listens, and replies. */
  end(call: Call): void;
}

function bytesOf(count: number, bytes: number): number {
  return bytes + count * elementExtraBytes;
}

/** Whether so many elements, of so many bytes, are worth slicing, and there is room for it. */
export function areMany(call: Call, count: number, bytes: number): boolean {
  const { sliceSizes } = call;
  if (count < sliceSizes.largeElementsMin) return false;
  // A key that was evicted is dispatch's business.
  return !namesEvicted(call) && hasAmpleRoom(call.store, bytesOf(count, bytes));
}

/** Adds elements that are many. */
export function addMany(call: Call, addition: Addition): void {
  call.services.largeWork.run(call, [], (own, pace) => slices(own, pace, addition));
}

function* slices(call: Call, pace: Pace, addition: Addition): Work {
  const { count } = addition;
  const bytes = bytesOf(count, addition.bytes);
  const change = {
    keys: [1],
    dots: count,
    heldBytes: roomOf(call.store, bytes),
    fits: () => hasAmpleRoom(call.store, bytes),
    steps: () => add(call, addition),
  };
  return (yield* changeInPlace(call, pace, change)) || 'again';
}

function* add(call: Call, addition: Addition): Generator<void, void, void> {
  const { count } = addition;
  const { attention, events } = call.services;
  for (let n = 0; addition.check !== undefined && n < count; n++) {
    addition.check(call, n);
    if (endsSlice(call, n)) yield;
  }
  const isNew = (attention.bits & AttentionBit.created) !== 0 && !keyExists(call.store, call.keyId(1));
  const { changedElements } = call.sliceSizes;
  for (let from = 0; from < count; from += changedElements) {
    if (from > 0) yield;
    if (!addition.open(call)) break;
    const to = Math.min(count, from + changedElements);
    for (let n = from; n < to; n++) addition.add(call, n);
  }
  // In the last step, as others may be let in right behind it.
  if (isNew) events.noteAbsent([call.keyId(1)]);
  addition.end(call);
}
