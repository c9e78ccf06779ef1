// HGET key field: the value of a field. https://redis.io/commands/hget
import { EntryType } from '../../store/entry.ts';
import type { Call } from '../call.ts';
import type { CommandSpec } from '../command.ts';

export const command: CommandSpec = {
  name: 'hget',
  arity: 3,
  flags: ['readonly', 'fast'],
  keys: { first: 1, last: 1, step: 1, element: 2 },
  keyFlags: ['RO', 'access'],
  group: 'hash',
  since: '2.0.0',
  summary: 'Returns the value of a field.',
  syntax: '<key> <field>',
  complexity: 'O(1)',
  run: hget,
};

function hget(call: Call): void {
  const { elements } = call.store;
  const found = call.openToRead(1, EntryType.hash) && elements.get(call.buf, call.offset(2), call.length(2));
  if (found) call.reply.bulk(elements.valueBytes, elements.valueOffset, elements.valueLength);
  else call.reply.nil();
}
