// LREM key count element: a remove for each element of a value, from the front, from the end, or all.
// https://redis.io/commands/lrem
import type { Call } from '../call.ts';
import type { CommandSpec } from '../command.ts';
import { openList } from './open-list.ts';

export const command: CommandSpec = {
  name: 'lrem',
  arity: 4,
  flags: ['write'],
  keys: { first: 1, last: 1, step: 1 },
  keyFlags: ['RW', 'delete'],
  group: 'list',
  since: '1.0.0',
  summary: 'Removes elements of a given value from a list.',
  syntax: '<key> <count> <element>',
  complexity: 'O(N+M), N being the elements of the list and M those removed',
  run: lrem,
};

function lrem(call: Call): void {
  const count = Number(call.bigInteger(2));
  const lists = openList(call, 1);
  if (lists.at === 0) {
    call.reply.integer(0);
    return;
  }
  const found = lists.reader.matches(
    call.buf,
    call.offset(3),
    call.length(3),
    count < 0,
    0,
    0,
    Math.abs(count),
  );
  // From the end, so that the indexes of the rest stay what they are.
  if (count >= 0) found.reverse();
  for (const index of found) lists.remove(index);
  call.reply.integer(found.length);
  if (found.length === 0) return;
  call.notify('lrem', 1);
  if (lists.at === 0) call.notify('del', 1);
}
