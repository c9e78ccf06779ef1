// LSET key index element: a rewrite of one element, which keeps its id and its place. https://redis.io/commands/lset
import { CommandError } from '../../base/errors.ts';
import { indexOutOfRange, noSuchKey } from '../../resp/errors.ts';
import type { Call } from '../call.ts';
import type { CommandSpec } from '../command.ts';
import { openList } from './open-list.ts';

export const command: CommandSpec = {
  name: 'lset',
  arity: 4,
  flags: ['write', 'denyoom'],
  keys: { first: 1, last: 1, step: 1 },
  keyFlags: ['RW', 'update'],
  group: 'list',
  since: '1.0.0',
  summary: 'Gives the element at an index of a list a new value.',
  syntax: '<key> <index> <element>',
  complexity: 'O(N), N being the chunks and elements on the way from the nearer end',
  run: lset,
};

function lset(call: Call): void {
  const lists = openList(call, 1);
  if (lists.at === 0) throw new CommandError(noSuchKey);
  const asked = Number(call.bigInteger(2));
  const index = asked < 0 ? lists.size + asked : asked;
  if (index < 0 || index >= lists.size) throw new CommandError(indexOutOfRange);
  lists.set(index, call.buf, call.offset(3), call.length(3));
  call.reply.ok();
  call.notify('lset', 1);
}
