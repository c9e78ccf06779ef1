// BLMOVE source destination LEFT|RIGHT LEFT|RIGHT timeout: LMOVE that waits for an element.
// https://redis.io/commands/blmove
import type { Call } from '../call.ts';
import type { CommandSpec } from '../command.ts';
import { readTimeoutSeconds } from '../timeout.ts';
import { moveElement, readSide, waitToMove } from './move-element.ts';

export const command: CommandSpec = {
  name: 'blmove',
  arity: 6,
  flags: ['write', 'denyoom', 'noscript', 'blocking'],
  keys: { first: 1, last: 2, step: 1 },
  keySpecs: [
    { flags: ['RW', 'access', 'delete'], begin: 1, find: { last: 0, step: 1 } },
    { flags: ['RW', 'insert'], begin: 2, find: { last: 0, step: 1 } },
  ],
  group: 'list',
  since: '6.2.0',
  summary:
    'Moves an element from one end of a list to one end of a list and returns it; waits where ' +
    'there is none.',
  syntax: '<source> <destination> (LEFT|RIGHT) (LEFT|RIGHT) <timeout>',
  complexity: 'O(1)',
  run: blmove,
};

function blmove(call: Call): void {
  const fromFront = readSide(call, 3);
  const toFront = readSide(call, 4);
  const timeoutMs = readTimeoutSeconds(call, 5);
  if (moveElement(call, fromFront, toFront)) return;
  waitToMove(call, timeoutMs);
}
