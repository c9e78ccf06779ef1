// SINTER key [key ...]: the intersection of sets. https://redis.io/commands/sinter
import type { Call } from '../call.ts';
import type { CommandSpec } from '../command.ts';
import { replyOperation } from './algebra.ts';

export const command: CommandSpec = {
  name: 'sinter',
  arity: -2,
  flags: ['readonly'],
  keys: { first: 1, last: -1, step: 1 },
  keyFlags: ['RO', 'access'],
  group: 'set',
  since: '1.0.0',
  summary: 'Returns what is in all of the sets.',
  syntax: '<key>...',
  complexity: 'O(N) for N members in all',
  run: (call: Call) => replyOperation(call, 'inter', 1, call.argc),
};
