// PERSIST key: takes a key's deadline away: one expire that says "none". https://redis.io/commands/persist
import type { Call } from '../call.ts';
import type { CommandSpec } from '../command.ts';
import { removeDeadline } from '../deadline.ts';

export const command: CommandSpec = {
  name: 'persist',
  arity: 2,
  flags: ['write', 'fast'],
  keys: { first: 1, last: 1, step: 1 },
  keyFlags: ['RW', 'update'],
  group: 'generic',
  since: '2.2.0',
  summary: 'Takes away the deadline of a key.',
  syntax: '<key>',
  complexity: 'O(1)',
  run: persist,
};

function persist(call: Call): void {
  const at = call.find(1);
  const had = at !== 0 && removeDeadline(call, at);
  call.reply.integer(had ? 1 : 0);
}
