// LREM key count element: a remove for each element of a value, from the front, from the end, or all.
// https://redis.io/commands/lrem
import type { Lists } from '../../store/lists.ts';
import type { Call } from '../call.ts';
import type { CommandSpec } from '../command.ts';
import { changeInPlace, type Pace, type Work } from '../large-work.ts';
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
  const found = find(call, lists, Math.min(wanted, call.sliceSizes.largeElementsMin) * (count < 0 ? -1 : 1));
  if (found.length >= call.sliceSizes.largeElementsMin) {
    call.services.largeWork.run(call, [], (own, pace) => removeInSlices(own, pace, count, wanted));
    return;
  }
  for (const index of found) lists.remove(index);
  if (found.length > 0) tell(call, lists.at === 0);
  call.reply.integer(found.length);
}

/** The indexes of what goes, from the end, so that those of the rest stay what they are. */
function find(call: Call, { reader }: Lists, count: number): number[] {
  const found = reader.matches(call.buf, call.offset(3), call.length(3), count < 0, 0, 0, Math.abs(count));
  return count >= 0 ? found.reverse() : found;
}

function* findInSlices(call: Call, { reader }: Lists, count: number): Generator<void, number[], void> {
  const [offset, length] = [call.offset(3), call.length(3)];
  const steps = reader.matching(call.buf, offset, length, count < 0, 0, 0, Math.abs(count));
  for (;;) {
    const { done, value } = steps.next();
    if (done === true) return count >= 0 ? value.reverse() : value;
    yield;
    openList(call, 1);
  }
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
    const found = yield* findInSlices(call, lists, count);
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
  yield* changeInPlace(call, pace, { keys: [1], dots: expected, steps });
  call.reply.integer(removed);
  return true;
}
