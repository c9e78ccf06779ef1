// SADD key member [member ...]: adds members to a set. https://redis.io/commands/sadd
import { EntryType } from '../../store/entry.ts';
import type { Call } from '../call.ts';
import type { CommandSpec } from '../command.ts';
import { putElements } from '../put-elements.ts';

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
  run: (call) => putElements(call, EntryType.set, end),
};

function end(call: Call, added: number): void {
  if (added > 0) call.notify('sadd', 1);
  call.reply.integer(added);
}
