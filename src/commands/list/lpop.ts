// LPOP key [count]: one remove each. https://redis.io/commands/lpop
import type { CommandSpec } from '../command.ts';
import { popCommand } from './pop-elements.ts';

export const command: CommandSpec = {
  name: 'lpop',
  arity: -2,
  flags: ['write', 'fast'],
  keys: { first: 1, last: 1, step: 1 },
  keyFlags: ['RW', 'access', 'delete'],
  group: 'list',
  since: '1.0.0',
  summary: 'Removes the first element or elements of a list and returns them.',
  syntax: '<key> [<count>]',
  complexity: 'O(N), N being the number of elements returned',
  run: (call) => popCommand(call, true),
};
