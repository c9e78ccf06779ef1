// INCRBY key increment: adds to a counter. https://redis.io/commands/incrby
import type { Call } from '../call.ts';
import type { CommandSpec } from '../command.ts';
import { readIncrement, replyCount } from './count.ts';

export const command: CommandSpec = {
  name: 'incrby',
  arity: 3,
  flags: ['write', 'denyoom', 'fast'],
  keys: { first: 1, last: 1, step: 1 },
  group: 'string',
  since: '1.0.0',
  summary: 'Adds an integer to the integer value of a key, which begins at zero.',
  syntax: '<key> <increment>',
  complexity: 'O(1)',
  run: incrBy,
};

function incrBy(call: Call): void {
  replyCount(call, readIncrement(call, 2));
}
