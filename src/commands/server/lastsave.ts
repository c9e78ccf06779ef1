// LASTSAVE: when the last snapshot was completed, Unix seconds; when the node started where there was none yet.
// https://redis.io/commands/lastsave
import type { Call } from '../call.ts';
import type { CommandSpec } from '../command.ts';

export const command: CommandSpec = {
  name: 'lastsave',
  arity: 1,
  flags: ['loading', 'stale', 'fast'],
  categories: ['admin', 'dangerous'],
  group: 'server',
  since: '1.0.0',
  summary: 'Returns when the last snapshot was completed.',
  complexity: 'O(1)',
  run: lastsave,
};

function lastsave(call: Call): void {
  const { journal, stats } = call.services;
  call.reply.integer(Math.floor((journal?.save.lastSaveMs ?? stats.startedAtMs) / 1000));
}
