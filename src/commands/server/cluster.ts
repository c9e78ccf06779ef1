// CLUSTER, READONLY, READWRITE, ASKING: what a Redis server that is in no cluster answers them.
// https://redis.io/commands/cluster
import { CommandError } from '../../base/errors.ts';
import type { CommandSpec } from '../command.ts';

function clusterCommand(name: string, arity: number, summary: string): CommandSpec {
  return {
    name,
    arity,
    flags: ['loading', 'stale', 'fast'],
    group: name === 'cluster' ? 'server' : 'connection',
    since: '3.0.0',
    summary,
    run: refuse,
  };
}

export const commands: readonly CommandSpec[] = [
  clusterCommand('asking', 1, 'Refused: this server is in no cluster.'),
  clusterCommand('cluster', -2, 'Refused: this server is in no cluster.'),
  clusterCommand('readonly', 1, 'Refused: this server is in no cluster.'),
  clusterCommand('readwrite', 1, 'Refused: this server is in no cluster.'),
];

function refuse(): never {
  throw new CommandError('ERR This instance has cluster support disabled');
}
