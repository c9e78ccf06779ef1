// SCARD key: the number of members. https://redis.io/commands/scard
import { EntryType } from '../../store/entry.ts';
import type { Call } from '../call.ts';
import type { CommandSpec } from '../command.ts';

export const command: CommandSpec = {
  name: 'scard',
  arity: 2,
  flags: ['readonly', 'fast'],
  keys: { first: 1, last: 1, step: 1 },
  keyFlags: ['RO'],
  group: 'set',
  since: '1.0.0',
  summary: 'Returns the number of members.',
  syntax: '<key>',
  complexity: 'O(1)',
  run: scard,
};

function scard(call: Call): void {
  call.openToRead(1, EntryType.set);
  call.reply.integer(call.store.elements.size);
}
