// LINDEX key index: one element of a list. https://redis.io/commands/lindex
import type { Call } from '../call.ts';
import type { CommandSpec } from '../command.ts';
import { readList } from './open-list.ts';

export const command: CommandSpec = {
  name: 'lindex',
  arity: 3,
  flags: ['readonly'],
  keys: { first: 1, last: 1, step: 1 },
  keyFlags: ['RO', 'access'],
  group: 'list',
  since: '1.0.0',
  summary: 'Returns the element at an index of a list.',
  syntax: '<key> <index>',
  complexity: 'O(N), N being the chunks and elements on the way from the nearer end',
  run: lindex,
};

function lindex(call: Call): void {
  const lists = readList(call, 1);
  if (lists === undefined) {
    call.reply.nil();
    return;
  }
  const asked = Number(call.bigInteger(2));
  const index = asked < 0 ? lists.size + asked : asked;
  if (index < 0 || index >= lists.size) {
    call.reply.nil();
    return;
  }
  lists.reader.readAt(index);
  const { bytes, offset, length } = lists.reader.value;
  call.reply.bulk(bytes, offset, length);
}
