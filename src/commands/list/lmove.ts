// LMOVE source destination LEFT|RIGHT LEFT|RIGHT: an element from one list to another. https://redis.io/commands/lmove
import type { Call } from '../call.ts';
import type { CommandSpec } from '../command.ts';
import { moveElement, readSide } from './move-element.ts';

export const command: CommandSpec = {
  name: 'lmove',
  arity: 5,
  flags: ['write', 'denyoom'],
  keys: { first: 1, last: 2, step: 1 },
  keySpecs: [
    { flags: ['RW', 'access', 'delete'], begin: 1, find: { last: 0, step: 1 } },
    { flags: ['RW', 'insert'], begin: 2, find: { last: 0, step: 1 } },
  ],
  group: 'list',
  since: '6.2.0',
  summary: 'Moves an element from one end of a list to one end of a list and returns it.',
  syntax: '<source> <destination> (LEFT|RIGHT) (LEFT|RIGHT)',
  complexity: 'O(1)',
  run: lmove,
};

function lmove(call: Call): void {
  const fromFront = readSide(call, 3);
  const toFront = readSide(call, 4);
  if (!moveElement(call, fromFront, toFront)) call.reply.nil();
}
