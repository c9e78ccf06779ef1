// FLUSHDB [ASYNC | SYNC]: empties the database. https://redis.io/commands/flushdb
import type { Call } from '../call.ts';
import type { CommandSpec } from '../command.ts';
import { flush } from './flush.ts';

export const command: CommandSpec = {
  name: 'flushdb',
  arity: -1,
  flags: ['write'],
  concernsAllKeys: true,
  categories: ['keyspace', 'dangerous'],
  group: 'server',
  since: '1.0.0',
  summary: 'Removes all keys of the database.',
  syntax: '[ASYNC|SYNC]',
  complexity: 'O(1); memory is freed in slices behind it',
  run: flushDb,
};

function flushDb(call: Call): void {
  flush(call, [call.keyspace]);
}
