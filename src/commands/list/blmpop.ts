// BLMPOP timeout numkeys key [key ...] LEFT|RIGHT [COUNT count]: LMPOP that waits for elements.
// https://redis.io/commands/blmpop
import type { Call } from '../call.ts';
import type { CommandSpec } from '../command.ts';
import { readTimeoutSeconds } from '../timeout.ts';
import { popFromFirst, readPopOptions } from './pop-from-first.ts';

export const command: CommandSpec = {
  name: 'blmpop',
  arity: -5,
  flags: ['write', 'blocking', 'movablekeys'],
  keySpecs: [{ flags: ['RW', 'access', 'delete'], begin: 2, find: { countAt: 0, first: 1, step: 1 } }],
  group: 'list',
  since: '7.0.0',
  summary:
    'Removes elements from one end of the first list that has any and returns them; waits where none has.',
  syntax: '<timeout> <numkeys> <key> [<key> ...] (LEFT|RIGHT) [COUNT <count>]',
  complexity: 'O(N+M), N being the number of keys and M that of the elements returned',
  run: blmpop,
};

function blmpop(call: Call): void {
  const options = readPopOptions(call, 2);
  const timeoutMs = readTimeoutSeconds(call, 1);
  if (popFromFirst(call, options)) return;
  const { firstKey, lastKey } = options;
  call.block({ firstKey, lastKey, timeoutMs, onTimeout: (reply) => reply.nilArray() });
}
