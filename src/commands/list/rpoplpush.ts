// RPOPLPUSH source destination: LMOVE source destination RIGHT LEFT. https://redis.io/commands/rpoplpush
import type { Call } from '../call.ts';
import type { CommandSpec } from '../command.ts';
import { moveElement } from './move-element.ts';

export const command: CommandSpec = {
  name: 'rpoplpush',
  arity: 3,
  flags: ['write', 'denyoom'],
  keys: { first: 1, last: 2, step: 1 },
  keySpecs: [
    { flags: ['RW', 'access', 'delete'], begin: 1, find: { last: 0, step: 1 } },
    { flags: ['RW', 'insert'], begin: 2, find: { last: 0, step: 1 } },
  ],
  group: 'list',
  since: '1.2.0',
  summary: 'Moves the last element of a list to the front of a list and returns it.',
  syntax: '<source> <destination>',
  complexity: 'O(1)',
  run: rpoplpush,
};

function rpoplpush(call: Call): void {
  if (!moveElement(call, false, true)) call.reply.nil();
}
