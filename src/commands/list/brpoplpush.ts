// BRPOPLPUSH source destination timeout: RPOPLPUSH that waits for an element. https://redis.io/commands/brpoplpush
import type { Call } from '../call.ts';
import type { CommandSpec } from '../command.ts';
import { readTimeoutSeconds } from '../timeout.ts';
import { moveElement, waitToMove } from './move-element.ts';

export const command: CommandSpec = {
  name: 'brpoplpush',
  arity: 4,
  flags: ['write', 'denyoom', 'noscript', 'blocking'],
  keys: { first: 1, last: 2, step: 1 },
  keySpecs: [
    { flags: ['RW', 'access', 'delete'], begin: 1, find: { last: 0, step: 1 } },
    { flags: ['RW', 'insert'], begin: 2, find: { last: 0, step: 1 } },
  ],
  group: 'list',
  since: '2.2.0',
  summary:
    'Moves the last element of a list to the front of a list and returns it; waits where there is none.',
  syntax: '<source> <destination> <timeout>',
  complexity: 'O(1)',
  run: brpoplpush,
};

function brpoplpush(call: Call): void {
  const timeoutMs = readTimeoutSeconds(call, 3);
  if (moveElement(call, false, true)) return;
  waitToMove(call, timeoutMs);
}
