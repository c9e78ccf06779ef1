// HDEL key field [field ...]: removes fields, and the hash with its last one. https://redis.io/commands/hdel
import { EntryType } from '../../store/entry.ts';
import type { Call } from '../call.ts';
import type { CommandSpec } from '../command.ts';

export const command: CommandSpec = {
  name: 'hdel',
  arity: -3,
  flags: ['write', 'fast'],
  keys: { first: 1, last: 1, step: 1, element: 2 },
  keyFlags: ['RW', 'delete'],
  group: 'hash',
  since: '2.0.0',
  summary: 'Removes fields of a hash.',
  syntax: '<key> <field>...',
  complexity: 'O(1) for each field',
  run: hdel,
};

function hdel(call: Call): void {
  const { buf } = call;
  const { elements } = call.store;
  // A field that has expired is there until it is purged, as in Redis.
  call.openToWrite(1, EntryType.hash, false);
  let removed = 0;
  for (let i = 2; i < call.argc && elements.at !== 0; i++) {
    if (elements.drop(buf, call.offset(i), call.length(i))) removed += 1;
  }
  if (removed > 0) {
    const gone = elements.at === 0;
    call.notify('hdel', 1);
    if (gone) call.notify('del', 1);
  }
  call.reply.integer(removed);
}
