// ROLE: a master without replicas; the sync with hubs and edges is not Redis's replication.
// https://redis.io/commands/role
import type { Call } from '../call.ts';
import type { CommandSpec } from '../command.ts';

export const command: CommandSpec = {
  name: 'role',
  arity: 1,
  flags: ['noscript', 'loading', 'stale', 'fast'],
  categories: ['admin', 'dangerous'],
  group: 'server',
  since: '2.8.12',
  summary: "Returns the node's role in replication.",
  complexity: 'O(1)',
  run: role,
};

function role(call: Call): void {
  call.reply.array(3);
  call.reply.bulkLatin1('master');
  call.reply.integer(0);
  call.reply.array(0);
}
