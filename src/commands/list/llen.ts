// LLEN key: how many elements a list has. https://redis.io/commands/llen
import type { Call } from '../call.ts';
import type { CommandSpec } from '../command.ts';
import { readList } from './open-list.ts';

export const command: CommandSpec = {
  name: 'llen',
  arity: 2,
  flags: ['readonly', 'fast'],
  keys: { first: 1, last: 1, step: 1 },
  keyFlags: ['RO'],
  group: 'list',
  since: '1.0.0',
  summary: 'Returns the number of elements of a list.',
  syntax: '<key>',
  complexity: 'O(1)',
  run: llen,
};

function llen(call: Call): void {
  call.reply.integer(readList(call, 1)?.size ?? 0);
}
