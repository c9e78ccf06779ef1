// LREM key count element: a remove for each element of a value, from the front, from the end, or all.
// https://redis.io/commands/lrem
import type { Call } from '../call.ts';
import type { CommandSpec } from '../command.ts';
import { changeInPlace, type Pace, type Work } from '../large-work.ts';
import { findInSlices, findSoon } from './find-values.ts';
import { openList } from './open-list.ts';

export const command: CommandSpec = {
  name: 'lrem',
  arity: 4,
  flags: ['write'],
  keys: { first: 1, last: 1, step: 1 },
  keyFlags: ['RW', 'delete'],
  group: 'list',
  since: '1.0.0',
  summary: 'Removes elements of a given value from a list.',
  syntax: '<key> <count> <element>',
  complexity: 'O(N+M), N being the elements of the list and M those removed',
  run: lrem,
};

function lrem(call: Call): void {
  const count = Number(call.bigInteger(2));
  const lists = openList(call, 1);
  if (lists.at === 0) {
    call.reply.integer(0);
    return;
  }
  const wanted = Math.min(Math.abs(count) || lists.size, lists.size);
  // Where there are so many, all of them are looked for when they are removed.
  const soon = Math.min(wanted, call.sliceSizes.largeElementsMin);
  const found = findSoon(call, lists, { i: 3, count: count < 0 ? -soon : soon });
  if (found === undefined || found.length >= call.sliceSizes.largeElementsMin) {
    call.services.largeWork.run(call, [], (own, pace) => removeInSlices(own, pace, count, wanted));
    return;
  }
  for (const index of fromEnd(found, count)) lists.remove(index);
  if (found.length > 0) tell(call, lists.at === 0);
  call.reply.integer(found.length);
}

/** The indexes of what goes, from the end, so that those of the rest stay what they are. */
function fromEnd(found: readonly number[], count: number): readonly number[] {
  return count >= 0 ? found.toReversed() : found;
}

function tell(call: Call, isGone: boolean): void {
  call.notify('lrem', 1);
  if (isGone) call.notify('del', 1);
}

function* removeInSlices(call: Call, pace: Pace, count: number, expected: number): Work {
  let removed = 0;
  const steps = function* (): Generator<void, void, void> {
    let lists = openList(call, 1);
    if (lists.at === 0) return;
    const found = fromEnd(yield* findInSlices(call, lists, { i: 3, count }), count);
    lists = openList(call, 1);
    const isGone = found.length === lists.size;
    for (const index of found) {
      lists.remove(index);
      removed += 1;
      if (removed % call.sliceSizes.changedElements !== 0) continue;
      yield;
      lists = openList(call, 1);
      if (lists.at === 0) break;
    }
    if (removed > 0) tell(call, isGone);
  };
  if (!(yield* changeInPlace(call, pace, { keys: [1], dots: expected, steps }))) return 'again';
  call.reply.integer(removed);
  return true;
}
