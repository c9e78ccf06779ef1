// ZREMRANGEBYRANK, ZREMRANGEBYSCORE and ZREMRANGEBYLEX key min max: takes the members of a range out of a sorted set;
// replies with how many there were. https://redis.io/commands/zremrangebyscore
import type { Call } from '../call.ts';
import type { CommandSpec } from '../command.ts';
import { changeInPlace, type Pace, type Work } from '../large-work.ts';
import { openToWrite } from './find-sorted-set.ts';
import { placeRange, type RangeKind, readRange } from './range.ts';

export const commands: readonly CommandSpec[] = [
  {
    name: 'zremrangebyrank',
    arity: 4,
    flags: ['write'],
    keys: { first: 1, last: 1, step: 1 },
    keyFlags: ['RW', 'delete'],
    group: 'sorted-set',
    since: '2.0.0',
    summary: 'Takes the members of a range of places out of a sorted set.',
    syntax: '<key> <start:integer> <stop>',
    complexity: 'O(log(N)+M), N being the size of the sorted set, M the members removed',
    run: (call) => removeRange(call, 'rank', 'zremrangebyrank'),
  },
  {
    name: 'zremrangebyscore',
    arity: 4,
    flags: ['write'],
    keys: { first: 1, last: 1, step: 1 },
    keyFlags: ['RW', 'delete'],
    group: 'sorted-set',
    since: '1.2.0',
    summary: 'Takes the members with a score in a range out of a sorted set.',
    syntax: '<key> <min:double> <max:double>',
    complexity: 'O(log(N)+M), N being the size of the sorted set, M the members removed',
    run: (call) => removeRange(call, 'score', 'zremrangebyscore'),
  },
  {
    name: 'zremrangebylex',
    arity: 4,
    flags: ['write'],
    keys: { first: 1, last: 1, step: 1 },
    keyFlags: ['RW', 'delete'],
    group: 'sorted-set',
    since: '2.8.9',
    summary: 'Takes the members of a range of members out of a sorted set.',
    syntax: '<key> <min> <max>',
    complexity: 'O(log(N)+M), N being the size of the sorted set, M the members removed',
    run: (call) => removeRange(call, 'lex', 'zremrangebylex'),
  },
];

type RemovalEvent = 'zremrangebyrank' | 'zremrangebyscore' | 'zremrangebylex';

function removeRange(call: Call, kind: RangeKind, event: RemovalEvent): void {
  const range = readRange(call, kind, 2, 3);
  const cursor = openToWrite(call, 1);
  if (cursor === undefined) {
    call.reply.integer(0);
    return;
  }
  const { first, end } = placeRange(call, range, cursor);
  if (end - first >= call.sliceSizes.largeElementsMin) {
    call.services.largeWork.run(call, [], (own, pace) => removeInSlices(own, pace, kind, event, end - first));
    return;
  }
  const isAll = end - first === cursor.size;
  if (end > first) call.store.sortedSets.removeRanks(first, end);
  if (end > first) tell(call, event, isAll);
  call.reply.integer(end - first);
}

function tell(call: Call, event: RemovalEvent, isAll: boolean): void {
  call.notify(event, 1);
  if (isAll) call.notify('del', 1);
}

function* removeInSlices(call: Call, pace: Pace, kind: RangeKind, event: RemovalEvent, count: number): Work {
  let removed = 0;
  const steps = function* (): Generator<void, void, void> {
    const cursor = openToWrite(call, 1);
    if (cursor === undefined) return;
    const { first, end } = placeRange(call, readRange(call, kind, 2, 3), cursor);
    const isAll = end - first === cursor.size;
    while (removed < end - first && openToWrite(call, 1) !== undefined) {
      const part = Math.min(call.sliceSizes.changedElements, end - first - removed);
      call.store.sortedSets.removeRanks(first, first + part);
      removed += part;
      yield;
    }
    if (removed > 0) tell(call, event, isAll);
  };
  if (!(yield* changeInPlace(call, pace, { keys: [1], dots: count, steps }))) return 'again';
  call.reply.integer(removed);
  return true;
}
