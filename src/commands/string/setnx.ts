// SETNX key value: a put where the key does not exist. https://redis.io/commands/setnx
import type { Call } from '../call.ts';
import type { CommandSpec } from '../command.ts';

export const command: CommandSpec = {
  name: 'setnx',
  arity: 3,
  flags: ['write', 'denyoom', 'fast'],
  keys: { first: 1, last: 1, step: 1 },
  keyFlags: ['OW', 'insert'],
  group: 'string',
  since: '1.0.0',
  summary: 'Sets the string value of a key that does not exist yet.',
  syntax: '<key> <value>',
  complexity: 'O(1)',
  run: setNx,
};

function setNx(call: Call): void {
  const isFree = call.find(1) === 0;
  if (isFree) call.putString(1, 2, 0);
  call.reply.integer(isFree ? 1 : 0);
}
