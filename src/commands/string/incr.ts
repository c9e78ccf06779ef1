// INCR key: adds one to a counter. https://redis.io/commands/incr
import type { Call } from '../call.ts';
import type { CommandSpec } from '../command.ts';
import { replyCount } from './count.ts';

export const command: CommandSpec = {
  name: 'incr',
  arity: 2,
  flags: ['write', 'denyoom', 'fast'],
  keys: { first: 1, last: 1, step: 1 },
  group: 'string',
  since: '1.0.0',
  summary: 'Adds one to the integer value of a key, which begins at zero.',
  syntax: '<key>',
  complexity: 'O(1)',
  run: incr,
};

function incr(call: Call): void {
  replyCount(call, 1);
}
