// ZCOUNT key min max: how many members have a score in a range. https://redis.io/commands/zcount
import type { CommandSpec } from '../command.ts';
import { countRange } from './count-range.ts';

export const command: CommandSpec = {
  name: 'zcount',
  arity: 4,
  flags: ['readonly', 'fast'],
  keys: { first: 1, last: 1, step: 1 },
  group: 'sorted-set',
  since: '2.0.0',
  summary: 'Returns how many members have a score in a range.',
  syntax: '<key> <min:double> <max:double>',
  complexity: 'O(log(N)), N being the size of the sorted set',
  run: (call) => countRange(call, 'score'),
};
