// REPLICAOF, SLAVEOF and FAILOVER: a node is a master without replicas, which NO ONE asks for; of Redis's replication
// it knows nothing else. What it syncs with is the configuration's business. https://redis.io/commands/replicaof
import { CommandError } from '../../base/errors.ts';
import type { Call } from '../call.ts';
import type { CommandFlag, CommandSpec } from '../command.ts';

const flags: readonly CommandFlag[] = ['admin', 'noscript', 'stale'];

function replicaOfCommand(name: string, since: string): CommandSpec {
  return {
    name,
    arity: 3,
    flags: [...flags, 'no_async_loading'],
    group: 'server',
    since,
    summary: 'Stays a master with NO ONE, and is refused with anything else.',
    syntax: '<host> <port>',
    complexity: 'O(1)',
    run: replicaOf,
  };
}

export const commands: readonly CommandSpec[] = [
  {
    name: 'failover',
    arity: -1,
    flags,
    group: 'server',
    since: '6.2.0',
    summary: 'Refused: there are no replicas.',
    syntax: '[TO <host> <port> [FORCE]] [ABORT] [TIMEOUT <milliseconds>]',
    complexity: 'O(1)',
    run: failover,
  },
  replicaOfCommand('replicaof', '5.0.0'),
  replicaOfCommand('slaveof', '1.0.0'),
];

function replicaOf(call: Call): void {
  if (!call.is(1, 'no') || !call.is(2, 'one')) {
    throw new CommandError('ERR this server is no replica of Redis: edges and hubs sync by edge.hub_url');
  }
  call.reply.ok();
}

function failover(call: Call): never {
  const isAbort = call.argc === 2 && call.is(1, 'abort');
  throw new CommandError(
    isAbort ? 'ERR No failover in progress.' : 'ERR FAILOVER requires connected replicas.',
  );
}
