// DECRBY key decrement: takes from a counter. https://redis.io/commands/decrby
import { CommandError } from '../../base/errors.ts';
import { decrementOverflow } from '../../resp/errors.ts';
import { int64Min } from '../../store/number.ts';
import type { Call } from '../call.ts';
import type { CommandSpec } from '../command.ts';
import { readIncrement, replyCount } from './count.ts';

export const command: CommandSpec = {
  name: 'decrby',
  arity: 3,
  flags: ['write', 'denyoom', 'fast'],
  keys: { first: 1, last: 1, step: 1 },
  group: 'string',
  since: '1.0.0',
  summary: 'Takes an integer from the integer value of a key, which begins at zero.',
  syntax: '<key> <decrement>',
  complexity: 'O(1)',
  run: decrBy,
};

function decrBy(call: Call): void {
  const by = readIncrement(call, 2);
  if (by === int64Min) throw new CommandError(decrementOverflow);
  replyCount(call, typeof by === 'number' ? 0 - by : -by);
}
