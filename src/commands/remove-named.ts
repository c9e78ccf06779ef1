// What SREM, HDEL, ZREM, XDEL and XACK share: whatever the arguments from the second or third on name is taken out of
// the key in argument 1, where it is in slices when they are very many (large-work.ts). It knows no types.
import type { Call } from './call.ts';
import { changeInPlace, type Pace, type Work } from './large-work.ts';

export interface Removal {
  /** The argument that names the first. */
  readonly first: number;
  /** Each gets a dot. */
  readonly givesDots: boolean;
  /** Throws CommandError where argument i can name nothing. All are asked of before the first goes. */
  check?(call: Call, i: number): void;
  /** Opens the key; false where there is none. Throws WRONGTYPE. */
  open(call: Call): boolean;
  /** Takes out what argument i names; false where it is not there. */
  remove(call: Call, i: number): boolean;
  /** So many were taken out: tells who listens. `isGone`: the key too. */
  tell(call: Call, isGone: boolean): void;
  /** Called when some have been taken out since the key was opened. */
  afterSome?(call: Call): void;
}

/** Replies with how many there were. */
export function removeNamed(call: Call, removal: Removal): void {
  const { first } = removal;
  const isThere = removal.open(call);
  if (isThere && call.argc - first >= call.sliceSizes.largeElementsMin) {
    call.services.largeWork.run(call, [], (own, pace) => removeInSlices(own, pace, removal));
    return;
  }
  if (isThere) checkFrom(call, removal, first, call.argc);
  const removed = isThere ? removeFrom(call, removal, first, call.argc) : 0;
  tell(call, removal, removed);
  call.reply.integer(removed);
}

function checkFrom(call: Call, removal: Removal, from: number, to: number): void {
  if (removal.check !== undefined) for (let i = from; i < to; i++) removal.check(call, i);
}

/** Takes out what some arguments name; the key is open. Returns how many there were. */
function removeFrom(call: Call, removal: Removal, from: number, to: number): number {
  let removed = 0;
  for (let i = from; i < to; i++) if (removal.remove(call, i)) removed += 1;
  if (removed > 0) removal.afterSome?.(call);
  return removed;
}

function tell(call: Call, removal: Removal, removed: number): void {
  if (removed > 0) removal.tell(call, call.find(1) === 0);
}

function* removeInSlices(call: Call, pace: Pace, removal: Removal): Work {
  const { first, givesDots } = removal;
  let removed = 0;
  const steps = function* (): Generator<void, void, void> {
    const { elements, changedElements } = call.sliceSizes;
    for (let from = first; removal.check !== undefined && from < call.argc; from += elements) {
      checkFrom(call, removal, from, Math.min(call.argc, from + elements));
      yield;
    }
    for (let from = first; from < call.argc; from += changedElements) {
      if (from > first) yield;
      if (!removal.open(call)) break;
      removed += removeFrom(call, removal, from, Math.min(call.argc, from + changedElements));
    }
    // In the last step, as others may be let in right behind it.
    tell(call, removal, removed);
  };
  const dots = givesDots ? call.argc - first : 0;
  if (!(yield* changeInPlace(call, pace, { keys: [1], dots, steps }))) return 'again';
  call.reply.integer(removed);
  return true;
}
