// STRLEN key: the length of a string in bytes. https://redis.io/commands/strlen
import type { Call } from '../call.ts';
import type { CommandSpec } from '../command.ts';

export const command: CommandSpec = {
  name: 'strlen',
  arity: 2,
  flags: ['readonly', 'fast'],
  keys: { first: 1, last: 1, step: 1 },
  keyFlags: ['RO'],
  group: 'string',
  since: '2.2.0',
  summary: 'Returns the length of a string value in bytes.',
  syntax: '<key>',
  complexity: 'O(1)',
  run: strLen,
};

function strLen(call: Call): void {
  const at = call.findString(1);
  call.reply.integer(at === 0 ? 0 : call.store.strings.length(at));
}
