// FLUSHALL [ASYNC | SYNC]: empties all databases. https://redis.io/commands/flushall
import type { Call } from '../call.ts';
import type { CommandSpec } from '../command.ts';
import { flush } from './flush.ts';

export const command: CommandSpec = {
  name: 'flushall',
  arity: -1,
  flags: ['write'],
  concernsAllKeys: true,
  categories: ['keyspace', 'dangerous'],
  group: 'server',
  since: '1.0.0',
  summary: 'Removes all keys of all databases.',
  syntax: '[ASYNC|SYNC]',
  complexity: 'O(1); memory is freed in slices behind it',
  run: flushAll,
};

function flushAll(call: Call): void {
  flush(call, call.store.keyspaces);
}
