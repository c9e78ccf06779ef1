// SISMEMBER key member: whether a member is there. https://redis.io/commands/sismember
import { EntryType } from '../../store/entry.ts';
import type { Call } from '../call.ts';
import type { CommandSpec } from '../command.ts';

export const command: CommandSpec = {
  name: 'sismember',
  arity: 3,
  flags: ['readonly', 'fast'],
  keys: { first: 1, last: 1, step: 1, element: 2 },
  keyFlags: ['RO'],
  group: 'set',
  since: '1.0.0',
  summary: 'Tells whether a member is there.',
  syntax: '<key> <member>',
  complexity: 'O(1)',
  run: sismember,
};

function sismember(call: Call): void {
  call.openToRead(1, EntryType.set);
  call.reply.integer(call.store.elements.get(call.buf, call.offset(2), call.length(2)) ? 1 : 0);
}
