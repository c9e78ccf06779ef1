// SREM key member [member ...]: removes members, and the set with its last one. https://redis.io/commands/srem
import { EntryType } from '../../store/entry.ts';
import type { Call } from '../call.ts';
import type { CommandSpec } from '../command.ts';

export const command: CommandSpec = {
  name: 'srem',
  arity: -3,
  flags: ['write', 'fast'],
  keys: { first: 1, last: 1, step: 1, element: 2 },
  keyFlags: ['RW', 'delete'],
  group: 'set',
  since: '1.0.0',
  summary: 'Removes members of a set.',
  syntax: '<key> <member>...',
  complexity: 'O(1) for each member',
  run: srem,
};

function srem(call: Call): void {
  const { buf } = call;
  const { elements } = call.store;
  call.openToWrite(1, EntryType.set);
  let removed = 0;
  for (let i = 2; i < call.argc && elements.at !== 0; i++) {
    if (elements.drop(buf, call.offset(i), call.length(i))) removed += 1;
  }
  if (removed > 0) {
    const gone = elements.at === 0;
    call.notify('srem', 1);
    if (gone) call.notify('del', 1);
  }
  call.reply.integer(removed);
}
