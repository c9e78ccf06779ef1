// HEXISTS key field: whether a field is there. https://redis.io/commands/hexists
import { EntryType } from '../../store/entry.ts';
import type { Call } from '../call.ts';
import type { CommandSpec } from '../command.ts';

export const command: CommandSpec = {
  name: 'hexists',
  arity: 3,
  flags: ['readonly', 'fast'],
  keys: { first: 1, last: 1, step: 1, element: 2 },
  keyFlags: ['RO'],
  group: 'hash',
  since: '2.0.0',
  summary: 'Tells whether a field is there.',
  syntax: '<key> <field>',
  complexity: 'O(1)',
  run: hexists,
};

function hexists(call: Call): void {
  call.openToRead(1, EntryType.hash);
  call.reply.integer(call.store.elements.get(call.buf, call.offset(2), call.length(2)) ? 1 : 0);
}
