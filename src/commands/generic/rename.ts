// RENAME key newkey: replaces what the new name holds. https://redis.io/commands/rename
import type { Call } from '../call.ts';
import type { CommandSpec } from '../command.ts';
import { renameKey } from './rename-key.ts';

export const command: CommandSpec = {
  name: 'rename',
  arity: 3,
  flags: ['write'],
  keys: { first: 1, last: 2, step: 1 },
  keySpecs: [
    { flags: ['RW', 'access', 'delete'], begin: 1, find: { last: 0, step: 1 } },
    { flags: ['OW', 'update'], begin: 2, find: { last: 0, step: 1 } },
  ],
  group: 'generic',
  since: '1.0.0',
  summary: 'Gives a key another name, over whatever holds that.',
  syntax: '<key> <newkey>',
  complexity: 'O(N), N being the size of the value',
  run: rename,
};

function rename(call: Call): void {
  renameKey(call, true, ({ reply }) => reply.ok());
}
