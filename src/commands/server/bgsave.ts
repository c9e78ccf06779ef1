// BGSAVE [SCHEDULE]: starts a snapshot. https://redis.io/commands/bgsave
import type { Call } from '../call.ts';
import type { CommandSpec } from '../command.ts';
import { journalToSave, saveInBackground } from './snapshot.ts';

export const command: CommandSpec = {
  name: 'bgsave',
  arity: -1,
  flags: ['admin', 'noscript', 'no_async_loading'],
  group: 'server',
  since: '1.0.0',
  summary: 'Starts writing a snapshot.',
  complexity: 'O(1); the snapshot is written in slices behind it',
  syntax: '[SCHEDULE]',
  run: bgsave,
};

function bgsave(call: Call): void {
  if (call.argc > 2 || (call.argc === 2 && !call.is(1, 'schedule'))) call.syntaxError();
  saveInBackground(journalToSave(call, 'ERR Background save already in progress'));
  call.reply.simple('Background saving started');
}
