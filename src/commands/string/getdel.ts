// GETDEL key: the value of a string, which is removed. https://redis.io/commands/getdel
import type { Call } from '../call.ts';
import type { CommandSpec } from '../command.ts';

export const command: CommandSpec = {
  name: 'getdel',
  arity: 2,
  flags: ['write', 'fast'],
  keys: { first: 1, last: 1, step: 1 },
  keyFlags: ['RW', 'access', 'delete'],
  group: 'string',
  since: '6.2.0',
  summary: 'Returns the string value of a key and removes the key.',
  syntax: '<key>',
  complexity: 'O(1)',
  run: getDel,
};

function getDel(call: Call): void {
  const at = call.findString(1);
  if (at === 0) {
    call.reply.nil();
    return;
  }
  call.replyString(at);
  call.removeKey(1);
  call.notify('del', 1);
}
