// SUNIONSTORE destination key [key ...]: the union of sets, kept under a key.
// https://redis.io/commands/sunionstore
import type { Call } from '../call.ts';
import type { CommandSpec } from '../command.ts';
import { storeOperation } from './algebra.ts';

export const command: CommandSpec = {
  name: 'sunionstore',
  arity: -3,
  flags: ['write', 'denyoom'],
  keys: { first: 1, last: -1, step: 1 },
  keySpecs: [
    { flags: ['OW', 'update'], begin: 1, find: { last: 0, step: 1 } },
    { flags: ['RO', 'access'], begin: 2, find: { last: -1, step: 1 } },
  ],
  group: 'set',
  since: '1.0.0',
  summary: 'Keeps what is in any of the sets.',
  syntax: '<destination> <key>...',
  complexity: 'O(N) for N members in all',
  run: (call: Call) => storeOperation(call, 'union', 'sunionstore'),
};
