// ZUNIONSTORE, ZINTERSTORE and ZDIFFSTORE destination numkeys key [key ...] [WEIGHTS ...] [AGGREGATE ...]: as ZUNION,
// ZINTER and ZDIFF, with the result put in place of what the destination holds. https://redis.io/commands/zunionstore
import type { Call } from '../call.ts';
import type { CommandSpec } from '../command.ts';
import type { KeyEvent } from '../key-events.ts';
import { combine, combineInSteps, type Operation, readCombination, sizeOfAll } from './combine.ts';
import { storeInSteps, storeResult } from './store-result.ts';

const shared = {
  arity: -4,
  flags: ['write', 'denyoom', 'movablekeys'],
  keys: { first: 1, last: 1, step: 1 },
  keySpecs: [
    { flags: ['OW', 'update'], begin: 1, find: { last: 0, step: 1 } },
    { flags: ['RO', 'access'], begin: 2, find: { countAt: 0, first: 1, step: 1 } },
  ],
  group: 'sorted-set',
} as const;

export const commands: readonly CommandSpec[] = [
  {
    ...shared,
    name: 'zunionstore',
    since: '2.0.0',
    summary: 'Stores all members of several sorted sets.',
    syntax:
      '<destination> <numkeys> <key> [<key> ...] [WEIGHTS <weight> [<weight> ...]] [AGGREGATE SUM|MIN|MAX]',
    complexity: 'O(N)+O(M*log(M)), N being the members of all sorted sets, M those of the result',
    run: (call) => storeCombined(call, 'union', 'zunionstore'),
  },
  {
    ...shared,
    name: 'zinterstore',
    since: '2.0.0',
    summary: 'Stores the members that several sorted sets have in common.',
    syntax:
      '<destination> <numkeys> <key> [<key> ...] [WEIGHTS <weight> [<weight> ...]] [AGGREGATE SUM|MIN|MAX]',
    complexity: 'O(N*K)+O(M*log(M)), N being the smallest of K sorted sets, M the members of the result',
    run: (call) => storeCombined(call, 'inter', 'zinterstore'),
  },
  {
    ...shared,
    name: 'zdiffstore',
    since: '6.2.0',
    summary: 'Stores the members of a sorted set that no other has.',
    syntax: '<destination> <numkeys> <key> [<key> ...]',
    complexity: 'O(N)+O(M*log(M)), N being the members of all sorted sets, M those of the result',
    run: (call) => storeCombined(call, 'diff', 'zdiffstore'),
  },
];

function storeCombined(call: Call, operation: Operation, event: KeyEvent): void {
  const form = { operation, countAt: 2, stores: true };
  const combination = readCombination(call, form);
  if (sizeOfAll(combination) < call.sliceSizes.largeElementsMin) {
    storeResult(call, 1, combine(call, operation, combination), event);
    return;
  }
  const keys = combination.sources.map((_, i) => i + 3);
  call.services.largeWork.run(call, keys, (own, pace) =>
    storeInSteps(own, 1, pace, 0, event, (result) =>
      combineInSteps(own, operation, readCombination(own, form), result),
    ),
  );
}
