// SADD key member [member ...]: adds members to a set. https://redis.io/commands/sadd
import { EntryType } from '../../store/entry.ts';
import type { Call } from '../call.ts';
import type { CommandSpec } from '../command.ts';

export const command: CommandSpec = {
  name: 'sadd',
  arity: -3,
  flags: ['write', 'denyoom', 'fast'],
  keys: { first: 1, last: 1, step: 1, element: 2 },
  keyFlags: ['RW', 'insert'],
  onUnheld: () => 'adds',
  group: 'set',
  since: '1.0.0',
  summary: 'Adds members to a set, which is created where there is none.',
  syntax: '<key> <member>...',
  complexity: 'O(1) for each member',
  run: sadd,
};

function sadd(call: Call): void {
  const { store, buf } = call;
  const { elements } = store;
  const { offsets, lengths } = call.args;
  call.openToWrite(1, EntryType.set);
  let bytes = 0;
  for (let i = 2; i < call.argc; i++) {
    store.checkLimits(lengths[i]!, 0, false);
    bytes += lengths[i]!;
  }
  elements.requireRoom(call.argc - 2, bytes);
  let added = 0;
  for (let i = 2; i < call.argc; i++) {
    if (elements.put(buf, offsets[i]!, lengths[i]!, buf, 0, 0)) added += 1;
  }
  if (added > 0) call.notify('sadd', 1);
  call.reply.integer(added);
}
