// LTRIM key start stop: a remove for each element outside a range. https://redis.io/commands/ltrim
import type { Call } from '../call.ts';
import type { CommandSpec } from '../command.ts';
import { changeInPlace, type Pace, type Work } from '../large-work.ts';
import { openList } from './open-list.ts';

export const command: CommandSpec = {
  name: 'ltrim',
  arity: 4,
  flags: ['write'],
  keys: { first: 1, last: 1, step: 1 },
  keyFlags: ['RW', 'delete'],
  group: 'list',
  since: '1.0.0',
  summary: 'Removes the elements of a list that are not between two indexes.',
  syntax: '<key> <start> <stop>',
  complexity: 'O(N), N being the elements removed',
  run: ltrim,
};

function ltrim(call: Call): void {
  const first = Number(call.bigInteger(2));
  const last = Number(call.bigInteger(3));
  const lists = openList(call, 1);
  if (lists.at === 0) {
    call.reply.ok();
    return;
  }
  const [fromFront, fromEnd] = outside(lists.size, first, last);
  if (fromFront + fromEnd >= call.sliceSizes.largeElementsMin) {
    call.services.largeWork.run(call, [], (own, pace) =>
      trimInSlices(own, pace, [first, last], fromFront + fromEnd),
    );
    return;
  }
  lists.trim(fromFront, fromEnd);
  tell(call, lists.at === 0);
  call.reply.ok();
}

/** How many elements before and behind a range go. */
function outside(size: number, first: number, last: number): [fromFront: number, fromEnd: number] {
  const start = Math.max(0, first < 0 ? size + first : first);
  const stop = Math.min(size - 1, last < 0 ? size + last : last);
  return start > stop ? [size, 0] : [start, size - 1 - stop];
}

function tell(call: Call, isGone: boolean): void {
  call.notify('ltrim', 1);
  if (isGone) call.notify('del', 1);
}

/** So many elements in parts that go at once. */
function partsOf(count: number, partMax: number): number[] {
  const parts: number[] = [];
  for (let left = count; left > 0; left -= partMax) parts.push(Math.min(partMax, left));
  return parts;
}

function* trimInSlices(
  call: Call,
  pace: Pace,
  [first, last]: readonly [first: number, last: number],
  expected: number,
): Work {
  const { changedElements } = call.sliceSizes;
  const steps = function* (): Generator<void, void, void> {
    let lists = openList(call, 1);
    if (lists.at === 0) return;
    const { size } = lists;
    const [fromFront, fromEnd] = outside(size, first, last);
    const parts = [
      ...partsOf(fromFront, changedElements).map((n) => [n, 0] as const),
      ...partsOf(fromEnd, changedElements).map((n) => [0, n] as const),
    ];
    for (const [front, end] of parts) {
      if (lists.at === 0) break;
      lists.trim(front, end);
      yield;
      lists = openList(call, 1);
    }
    tell(call, fromFront + fromEnd === size);
  };
  if (!(yield* changeInPlace(call, pace, { keys: [1], dots: expected, steps }))) return 'again';
  call.reply.ok();
  return true;
}
