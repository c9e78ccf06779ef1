// SDIFF key [key ...]: the difference of sets. https://redis.io/commands/sdiff
import type { Call } from '../call.ts';
import type { CommandSpec } from '../command.ts';
import { replyOperation } from './algebra.ts';

export const command: CommandSpec = {
  name: 'sdiff',
  arity: -2,
  flags: ['readonly'],
  keys: { first: 1, last: -1, step: 1 },
  keyFlags: ['RO', 'access'],
  group: 'set',
  since: '1.0.0',
  summary: 'Returns what is in the first set and in none of the others.',
  syntax: '<key>...',
  complexity: 'O(N) for N members in all',
  run: (call: Call) => replyOperation(call, 'diff', 1, call.argc),
};
