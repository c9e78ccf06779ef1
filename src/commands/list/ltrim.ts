// LTRIM key start stop: a remove for each element outside a range. https://redis.io/commands/ltrim
import type { Call } from '../call.ts';
import type { CommandSpec } from '../command.ts';
import { openList } from './open-list.ts';

export const command: CommandSpec = {
  name: 'ltrim',
  arity: 4,
  flags: ['write'],
  keys: { first: 1, last: 1, step: 1 },
  keyFlags: ['RW', 'delete'],
  group: 'list',
  since: '1.0.0',
  summary: 'Removes the elements of a list that are not between two indexes.',
  syntax: '<key> <start> <stop>',
  complexity: 'O(N), N being the elements removed',
  run: ltrim,
};

function ltrim(call: Call): void {
  const first = Number(call.bigInteger(2));
  const last = Number(call.bigInteger(3));
  const lists = openList(call, 1);
  call.reply.ok();
  if (lists.at === 0) return;
  const { size } = lists;
  const start = Math.max(0, first < 0 ? size + first : first);
  const stop = Math.min(size - 1, last < 0 ? size + last : last);
  if (start > stop) lists.trim(size, 0);
  else lists.trim(start, size - 1 - stop);
  call.notify('ltrim', 1);
  if (lists.at === 0) call.notify('del', 1);
}
