// DBSIZE: how many keys the database has, expired ones not yet purged included. https://redis.io/commands/dbsize
import type { Call } from '../call.ts';
import type { CommandSpec } from '../command.ts';

export const command: CommandSpec = {
  name: 'dbsize',
  arity: 1,
  flags: ['readonly', 'fast'],
  categories: ['keyspace'],
  group: 'server',
  since: '1.0.0',
  summary: 'Returns the number of keys in the database.',
  complexity: 'O(1)',
  run: dbSize,
};

function dbSize(call: Call): void {
  call.reply.integer(call.keyspace.table.size);
}
