// BGREWRITEAOF: starts a snapshot, behind which the journal begins anew. https://redis.io/commands/bgrewriteaof
import type { Call } from '../call.ts';
import type { CommandSpec } from '../command.ts';
import { journalToSave, saveInBackground } from './snapshot.ts';

export const command: CommandSpec = {
  name: 'bgrewriteaof',
  arity: 1,
  flags: ['admin', 'noscript', 'no_async_loading'],
  group: 'server',
  since: '1.0.0',
  summary: 'Starts writing a snapshot, which shortens the journal.',
  complexity: 'O(1); the snapshot is written in slices behind it',
  run: bgrewriteaof,
};

function bgrewriteaof(call: Call): void {
  const busy = 'ERR Background append only file rewriting already in progress';
  saveInBackground(journalToSave(call, busy));
  call.reply.simple('Background append only file rewriting started');
}
