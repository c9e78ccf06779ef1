// LMPOP numkeys key [key ...] LEFT|RIGHT [COUNT count]: pops from the first list that has elements.
// https://redis.io/commands/lmpop
import type { Call } from '../call.ts';
import type { CommandSpec } from '../command.ts';
import { popFromFirst, readPopOptions } from './pop-from-first.ts';

export const command: CommandSpec = {
  name: 'lmpop',
  arity: -4,
  flags: ['write', 'movablekeys'],
  keySpecs: [{ flags: ['RW', 'access', 'delete'], begin: 1, find: { countAt: 0, first: 1, step: 1 } }],
  group: 'list',
  since: '7.0.0',
  summary: 'Removes elements from one end of the first list that has any and returns them.',
  syntax: '<numkeys> <key> [<key> ...] (LEFT|RIGHT) [COUNT <count>]',
  complexity: 'O(N+M), N being the number of keys and M that of the elements returned',
  run: lmpop,
};

function lmpop(call: Call): void {
  if (!popFromFirst(call, readPopOptions(call, 1))) call.reply.nilArray();
}
