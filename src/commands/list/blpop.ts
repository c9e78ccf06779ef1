// BLPOP key [key ...] timeout: LPOP that waits for an element. https://redis.io/commands/blpop
import type { CommandSpec } from '../command.ts';
import { blockingPop } from './blocking-pop.ts';

export const command: CommandSpec = {
  name: 'blpop',
  arity: -3,
  flags: ['write', 'noscript', 'blocking'],
  keys: { first: 1, last: -2, step: 1 },
  keyFlags: ['RW', 'access', 'delete'],
  group: 'list',
  since: '2.0.0',
  summary: 'Removes the first element of the first list that has one and returns it; waits where none has.',
  syntax: '<key> [<key> ...] <timeout>',
  complexity: 'O(N), N being the number of keys',
  run: (call) => blockingPop(call, true),
};
