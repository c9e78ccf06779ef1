// HLEN key: the number of fields. https://redis.io/commands/hlen
import { EntryType } from '../../store/entry.ts';
import type { Call } from '../call.ts';
import type { CommandSpec } from '../command.ts';

export const command: CommandSpec = {
  name: 'hlen',
  arity: 2,
  flags: ['readonly', 'fast'],
  keys: { first: 1, last: 1, step: 1 },
  keyFlags: ['RO'],
  group: 'hash',
  since: '2.0.0',
  summary: 'Returns the number of fields.',
  syntax: '<key>',
  complexity: 'O(1)',
  run: hlen,
};

function hlen(call: Call): void {
  call.openToRead(1, EntryType.hash);
  const { elements } = call.store;
  // Fields that have expired count until they are purged, as in Redis.
  call.reply.integer(elements.size);
}
