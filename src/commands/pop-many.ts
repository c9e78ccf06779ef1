// What LPOP, SPOP, ZPOPMIN, LMPOP, ZMPOP and their kin share: very many elements are taken out of a key where it is, in
// slices (large-work.ts), and replied. It knows no types.
import { isTooLong } from '../resp/reply-writer.ts';
import { KeyNames } from '../store/keys-at-work.ts';
import type { Call } from './call.ts';
import { changeInPlace, type Pace, type Work } from './large-work.ts';

/** What is popped from. */
export interface PopSource {
  /** The arguments that are its keys: these, and all between them. */
  readonly firstKey: number;
  readonly lastKey: number;
  /** The key to pop from, as its argument; 0 where none has anything. Throws WRONGTYPE. */
  find(): number;
  /** Opens the collection of the key in argument i, and returns how many elements it has. Throws WRONGTYPE. */
  open(i: number): number;
  /** Begins the reply with so many elements, which may be none, of the key in argument i. */
  header(count: number, i: number): void;
  /** Takes so many out of the open collection and replies with them; where the reply gets too long, those that went. */
  take(count: number): void;
  /** Tells of the pop from the key in argument i; `isAll`: nothing is left. */
  tell(i: number, isAll: boolean): void;
  /** Values of the reply to each element. */
  readonly width: number;
}

/**
 * Pops up to `wanted` elements in slices, about `expected`, and replies with them. Nil stands for what there was no
 * room for, and stays.
 */
export function popInSlices(
  call: Call,
  wanted: number,
  expected: number,
  open: (call: Call) => PopSource,
): void {
  call.services.largeWork.run(call, [], (own, pace) => slices(own, pace, wanted, expected, open(own)));
}

function* slices(call: Call, pace: Pace, wanted: number, expected: number, source: PopSource): Work {
  const { firstKey, lastKey } = source;
  const keys = [firstKey];
  const names = new KeyNames();
  for (let i = firstKey; i <= lastKey; i++) {
    names.add(call.keyspace.id, call.buf, call.offset(i), call.length(i));
  }
  let [count, taken] = [0, 0];
  const steps = function* (): Generator<void, void, void> {
    const key = source.find();
    keys[0] = key;
    if (key === 0) return;
    let size = source.open(key);
    let isAll = wanted >= size;
    count = Math.min(wanted, size);
    source.header(count, key);
    while (taken < count && size > 0) {
      const part = Math.min(call.sliceSizes.changedElements, count - taken, size);
      const fitting = takeFitting(call, part, size, key, source, taken > 0);
      taken += fitting;
      isAll &&= fitting === part;
      if (taken === count || fitting < part) break;
      yield;
      size = source.open(key);
    }
    // In the last step, as others may be let in right behind it.
    if (count > 0) source.tell(key, isAll);
  };
  const isDone = yield* changeInPlace(call, pace, { keys, names, dots: expected, steps });
  if (!isDone || keys[0] === 0) return 'again';
  // Of what went otherwise meanwhile, as by its deadline.
  for (let missing = (count - taken) * source.width; missing > 0; missing--) call.reply.nil();
  return true;
}

/**
 * Takes as `source.take`, but no more than the reply has room for; returns how many. Throws CommandError where that is
 * none, unless it may be.
 */
function takeFitting(
  call: Call,
  count: number,
  size: number,
  key: number,
  source: PopSource,
  mayBeNone: boolean,
): number {
  const mark = call.reply.mark();
  try {
    source.take(count);
    return count;
  } catch (error) {
    if (!isTooLong(error)) throw error;
    const taken = size - source.open(key);
    if (taken === 0 && !mayBeNone) throw error;
    if (taken === 0) call.reply.rewind(mark);
    return taken;
  }
}
