// RPUSH key element [element ...]: one insert each. https://redis.io/commands/rpush
import type { CommandSpec } from '../command.ts';
import { pushValues } from './push-values.ts';

export const command: CommandSpec = {
  name: 'rpush',
  arity: -3,
  flags: ['write', 'denyoom', 'fast'],
  keys: { first: 1, last: 1, step: 1 },
  keyFlags: ['RW', 'insert'],
  onUnheld: () => 'adds',
  group: 'list',
  since: '1.0.0',
  summary: 'Adds elements behind the last one of a list, which is made where there is none.',
  syntax: '<key> <element> [<element> ...]',
  complexity: 'O(N), N being the number of elements added',
  run: (call) => pushValues(call, false, false),
};
