// HSTRLEN key field: the length of a value in bytes. https://redis.io/commands/hstrlen
import { EntryType } from '../../store/entry.ts';
import type { Call } from '../call.ts';
import type { CommandSpec } from '../command.ts';

export const command: CommandSpec = {
  name: 'hstrlen',
  arity: 3,
  flags: ['readonly', 'fast'],
  keys: { first: 1, last: 1, step: 1 },
  keyFlags: ['RO'],
  group: 'hash',
  since: '3.2.0',
  summary: 'Returns the length of the value of a field.',
  syntax: '<key> <field>',
  complexity: 'O(1)',
  run: hstrlen,
};

function hstrlen(call: Call): void {
  const { elements } = call.store;
  call.openToRead(1, EntryType.hash);
  const found = elements.get(call.buf, call.offset(2), call.length(2));
  call.reply.integer(found ? elements.valueLength : 0);
}
