// ZLEXCOUNT key min max: how many members are in a range of members, all of one score.
// https://redis.io/commands/zlexcount
import type { CommandSpec } from '../command.ts';
import { countRange } from './count-range.ts';

export const command: CommandSpec = {
  name: 'zlexcount',
  arity: 4,
  flags: ['readonly', 'fast'],
  keys: { first: 1, last: 1, step: 1 },
  group: 'sorted-set',
  since: '2.8.9',
  summary: 'Returns how many members are in a range of members.',
  syntax: '<key> <min> <max>',
  complexity: 'O(log(N)), N being the size of the sorted set',
  run: (call) => countRange(call, 'lex'),
};
