// LPUSH key element [element ...]: one insert each. https://redis.io/commands/lpush
import type { CommandSpec } from '../command.ts';
import { pushValues } from './push-values.ts';

export const command: CommandSpec = {
  name: 'lpush',
  arity: -3,
  flags: ['write', 'denyoom', 'fast'],
  keys: { first: 1, last: 1, step: 1 },
  keyFlags: ['RW', 'insert'],
  onUnheld: () => 'adds',
  group: 'list',
  since: '1.0.0',
  summary: 'Adds elements before the first one of a list, which is made where there is none.',
  syntax: '<key> <element> [<element> ...]',
  complexity: 'O(N), N being the number of elements added',
  run: (call) => pushValues(call, true, false),
};
