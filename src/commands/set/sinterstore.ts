// SINTERSTORE destination key [key ...]: the intersection of sets, kept under a key.
// https://redis.io/commands/sinterstore
import type { Call } from '../call.ts';
import type { CommandSpec } from '../command.ts';
import { storeOperation } from './algebra.ts';

export const command: CommandSpec = {
  name: 'sinterstore',
  arity: -3,
  flags: ['write', 'denyoom'],
  keys: { first: 1, last: -1, step: 1 },
  keySpecs: [
    { flags: ['RW', 'update'], begin: 1, find: { last: 0, step: 1 } },
    { flags: ['RO', 'access'], begin: 2, find: { last: -1, step: 1 } },
  ],
  group: 'set',
  since: '1.0.0',
  summary: 'Keeps what is in all of the sets.',
  syntax: '<destination> <key>...',
  complexity: 'O(N) for N members in all',
  run: (call: Call) => storeOperation(call, 'inter', 'sinterstore'),
};
