// SMISMEMBER key member [member ...]: for each member whether it is there. https://redis.io/commands/smismember
import { EntryType } from '../../store/entry.ts';
import type { Call } from '../call.ts';
import type { CommandSpec } from '../command.ts';

export const command: CommandSpec = {
  name: 'smismember',
  arity: -3,
  flags: ['readonly', 'fast'],
  keys: { first: 1, last: 1, step: 1 },
  keyFlags: ['RO', 'access'],
  group: 'set',
  since: '6.2.0',
  summary: 'Tells for each member whether it is there.',
  syntax: '<key> <member>...',
  complexity: 'O(1) for each member',
  run: smismember,
};

function smismember(call: Call): void {
  const { elements } = call.store;
  call.openToRead(1, EntryType.set);
  call.reply.array(call.argc - 2);
  for (let i = 2; i < call.argc; i++) {
    call.reply.integer(elements.get(call.buf, call.offset(i), call.length(i)) ? 1 : 0);
  }
}
