// DECR key: takes one from a counter. https://redis.io/commands/decr
import type { Call } from '../call.ts';
import type { CommandSpec } from '../command.ts';
import { replyCount } from './count.ts';

export const command: CommandSpec = {
  name: 'decr',
  arity: 2,
  flags: ['write', 'denyoom', 'fast'],
  keys: { first: 1, last: 1, step: 1 },
  group: 'string',
  since: '1.0.0',
  summary: 'Takes one from the integer value of a key, which begins at zero.',
  syntax: '<key>',
  complexity: 'O(1)',
  run: decr,
};

function decr(call: Call): void {
  replyCount(call, -1);
}
