// SDIFFSTORE destination key [key ...]: the difference of sets, kept under a key.
// https://redis.io/commands/sdiffstore
import type { Call } from '../call.ts';
import type { CommandSpec } from '../command.ts';
import { storeOperation } from './algebra.ts';

export const command: CommandSpec = {
  name: 'sdiffstore',
  arity: -3,
  flags: ['write', 'denyoom'],
  keys: { first: 1, last: -1, step: 1 },
  keySpecs: [
    { flags: ['OW', 'update'], begin: 1, find: { last: 0, step: 1 } },
    { flags: ['RO', 'access'], begin: 2, find: { last: -1, step: 1 } },
  ],
  group: 'set',
  since: '1.0.0',
  summary: 'Keeps what is in the first set and in none of the others.',
  syntax: '<destination> <key>...',
  complexity: 'O(N) for N members in all',
  run: (call: Call) => storeOperation(call, 'diff', 'sdiffstore'),
};
