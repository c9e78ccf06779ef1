// ZPOPMIN and ZPOPMAX key [count]: takes the elements with the lowest or the highest scores out of a sorted set and
// returns them. https://redis.io/commands/zpopmin
import { CommandError } from '../../base/errors.ts';
import { outOfRangePositive } from '../../resp/errors.ts';
import type { Call } from '../call.ts';
import type { CommandSpec } from '../command.ts';
import { type PopSource, popInSlices } from '../pop-many.ts';
import { openToWrite } from './find-sorted-set.ts';
import { popElements, takeElements, tellPopped } from './pop-elements.ts';

export const commands: readonly CommandSpec[] = [
  {
    name: 'zpopmin',
    arity: -2,
    flags: ['write', 'fast'],
    keys: { first: 1, last: 1, step: 1 },
    keyFlags: ['RW', 'access', 'delete'],
    group: 'sorted-set',
    since: '5.0.0',
    summary: 'Takes out and returns the members with the lowest scores.',
    syntax: '<key> [<count>]',
    complexity: 'O(log(N)) for each member returned, N being the size of the sorted set',
    run: (call) => pop(call, false),
  },
  {
    name: 'zpopmax',
    arity: -2,
    flags: ['write', 'fast'],
    keys: { first: 1, last: 1, step: 1 },
    keyFlags: ['RW', 'access', 'delete'],
    group: 'sorted-set',
    since: '5.0.0',
    summary: 'Takes out and returns the members with the highest scores.',
    syntax: '<key> [<count>]',
    complexity: 'O(log(N)) for each member returned, N being the size of the sorted set',
    run: (call) => pop(call, true),
  },
];

function pop(call: Call, highest: boolean): void {
  const { reply } = call;
  if (call.argc > 3) call.syntaxError();
  const isCounted = call.argc === 3;
  const wanted = isCounted ? Number(call.bigInteger(2, outOfRangePositive)) : 1;
  if (wanted < 0) throw new CommandError(outOfRangePositive);
  const cursor = openToWrite(call, 1);
  const count = Math.min(wanted, cursor?.size ?? 0);
  const isNested = isCounted && reply.protocol === 3;
  if (count >= call.sliceSizes.largeElementsMin) {
    popInSlices(call, wanted, count, (own) => sourceOf(own, highest, isNested));
    return;
  }
  reply.array(isNested ? count : count * 2);
  if (cursor !== undefined && count > 0) popElements(call, 1, cursor, count, highest, isNested);
}

function sourceOf(call: Call, highest: boolean, isNested: boolean): PopSource {
  const { cursor } = call.store.sortedSets;
  const width = isNested ? 1 : 2;
  return {
    firstKey: 1,
    lastKey: 1,
    find: () => 1,
    open: () => openToWrite(call, 1)?.size ?? 0,
    header: (n) => call.reply.array(n * width),
    take: (n) => takeElements(call, cursor, n, highest, isNested),
    tell: (key, isAll) => tellPopped(call, key, highest, isAll),
    width,
  };
}
