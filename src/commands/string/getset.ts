// GETSET key value: the old value of a string, which a put replaces. https://redis.io/commands/getset
import type { Call } from '../call.ts';
import type { CommandSpec } from '../command.ts';

export const command: CommandSpec = {
  name: 'getset',
  arity: 3,
  flags: ['write', 'denyoom', 'fast'],
  keys: { first: 1, last: 1, step: 1 },
  group: 'string',
  since: '1.0.0',
  summary: 'Returns the old string value of a key and sets a new one.',
  syntax: '<key> <value>',
  complexity: 'O(1)',
  run: getSet,
};

function getSet(call: Call): void {
  const at = call.findString(1);
  if (at === 0) call.reply.nil();
  else call.replyString(at);
  call.putString(1, 2, 0);
}
