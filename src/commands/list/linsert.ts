// LINSERT key BEFORE | AFTER pivot element: an insert at a position between two elements.
// https://redis.io/commands/linsert
import type { Call } from '../call.ts';
import type { CommandSpec } from '../command.ts';
import { openList } from './open-list.ts';

export const command: CommandSpec = {
  name: 'linsert',
  arity: 5,
  flags: ['write', 'denyoom'],
  keys: { first: 1, last: 1, step: 1 },
  keyFlags: ['RW', 'insert'],
  group: 'list',
  since: '2.2.0',
  summary: 'Inserts an element before or behind the first one of a given value.',
  syntax: '<key> BEFORE|AFTER <pivot> <element>',
  complexity: 'O(N), N being the elements before the pivot',
  run: linsert,
};

function linsert(call: Call): void {
  const isBehind = call.is(2, 'after');
  if (!isBehind && !call.is(2, 'before')) call.syntaxError();
  const lists = openList(call, 1);
  if (lists.at === 0) {
    call.reply.integer(0);
    return;
  }
  const [pivot] = lists.reader.matches(call.buf, call.offset(3), call.length(3), false, 0, 0, 1);
  if (pivot === undefined) {
    call.reply.integer(-1);
    return;
  }
  lists.insert(isBehind ? pivot + 1 : pivot, call.buf, call.offset(4), call.length(4));
  call.reply.integer(lists.size);
  call.notify('linsert', 1);
}
