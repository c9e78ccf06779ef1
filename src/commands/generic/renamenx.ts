// RENAMENX key newkey: only where the new name is free. https://redis.io/commands/renamenx
import type { Call } from '../call.ts';
import type { CommandSpec } from '../command.ts';
import { renameKey } from './rename-key.ts';

export const command: CommandSpec = {
  name: 'renamenx',
  arity: 3,
  flags: ['write', 'fast'],
  keys: { first: 1, last: 2, step: 1 },
  keySpecs: [
    { flags: ['RW', 'access', 'delete'], begin: 1, find: { last: 0, step: 1 } },
    { flags: ['OW', 'insert'], begin: 2, find: { last: 0, step: 1 } },
  ],
  group: 'generic',
  since: '1.0.0',
  summary: 'Gives a key another name that is not taken yet.',
  syntax: '<key> <newkey>',
  complexity: 'O(N), N being the size of the value',
  run: renameNx,
};

function renameNx(call: Call): void {
  renameKey(call, false, ({ reply }, isDone) => reply.integer(isDone ? 1 : 0));
}
