// TYPE key: the name of the type of a key's value. https://redis.io/commands/type
import type { Call } from '../call.ts';
import type { CommandSpec } from '../command.ts';
import { typeName } from '../type-name.ts';

export const command: CommandSpec = {
  name: 'type',
  arity: 2,
  flags: ['readonly', 'fast'],
  keys: { first: 1, last: 1, step: 1 },
  keyFlags: ['RO'],
  group: 'generic',
  since: '1.0.0',
  summary: 'Returns the type of the value that a key holds.',
  syntax: '<key>',
  complexity: 'O(1)',
  run: type,
};

function type(call: Call): void {
  const at = call.findLook(1);
  call.reply.simple(at === 0 ? 'none' : typeName(call.store.entries.type(at)));
}
