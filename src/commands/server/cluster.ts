// CLUSTER, READONLY, READWRITE, ASKING: what a Redis server that is in no cluster answers them.
// https://redis.io/commands/cluster
import { CommandError } from '../../base/errors.ts';
import type { CommandFlag, CommandSpec } from '../command.ts';

const refusal = 'Refused: this server is in no cluster.';

function single(name: string, flags: readonly CommandFlag[]): CommandSpec {
  const summary = refusal;
  const complexity = 'O(1)';
  return { name, arity: 1, flags, group: 'connection', since: '3.0.0', summary, complexity, run: refuse };
}

function subcommand(
  name: string,
  syntax = '',
  since = '3.0.0',
  flags: readonly CommandFlag[] = ['stale'],
): CommandSpec {
  const words = syntax === '' ? 0 : syntax.split(' ').length;
  return {
    name,
    arity: 2 + words,
    flags,
    group: 'server',
    since,
    summary: refusal,
    ...(syntax === '' ? {} : { syntax }),
    complexity: 'O(1)',
    run: refuse,
  };
}

export const commands: readonly CommandSpec[] = [
  single('asking', ['fast']),
  {
    name: 'cluster',
    arity: -2,
    flags: [],
    group: 'server',
    since: '3.0.0',
    summary: refusal,
    complexity: 'O(1)',
    subcommands: [
      subcommand('countkeysinslot', '<slot:integer>'),
      subcommand('getkeysinslot', '<slot:integer> <count>'),
      subcommand('help', '', '5.0.0', ['loading', 'stale']),
      subcommand('info'),
      subcommand('keyslot', '<key:string>'),
      subcommand('links', '', '7.0.0'),
      subcommand('myid'),
      subcommand('myshardid', '', '7.2.0'),
      subcommand('nodes'),
      subcommand('replicas', '<node-id>', '5.0.0', ['admin', 'stale']),
      subcommand('shards', '', '7.0.0'),
      subcommand('slots'),
    ],
  },
  single('readonly', ['loading', 'stale', 'fast']),
  single('readwrite', ['loading', 'stale', 'fast']),
];

function refuse(): never {
  throw new CommandError('ERR This instance has cluster support disabled');
}
