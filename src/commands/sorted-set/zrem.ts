// ZREM key member [member ...]: takes members out of a sorted set; replies with how many were there.
// https://redis.io/commands/zrem
import type { Call } from '../call.ts';
import type { CommandSpec } from '../command.ts';
import { requireSortedSet } from './find-sorted-set.ts';

export const command: CommandSpec = {
  name: 'zrem',
  arity: -3,
  flags: ['write', 'fast'],
  keys: { first: 1, last: 1, step: 1, element: 2 },
  keyFlags: ['RW', 'delete'],
  group: 'sorted-set',
  since: '1.2.0',
  summary: 'Takes members out of a sorted set.',
  syntax: '<key> <member> [<member> ...]',
  complexity: 'O(log(N)) for each member, N being the size of the sorted set',
  run: zRem,
};

function zRem(call: Call): void {
  const { store, keyspace, buf } = call;
  requireSortedSet(call, 1);
  const [key, keyLength] = [call.offset(1), call.length(1)];
  let removed = 0;
  for (let i = 2; i < call.argc; i++) {
    if (store.sortedSets.remove(keyspace, buf, key, keyLength, call.offset(i), call.length(i))) removed += 1;
  }
  if (removed > 0) {
    call.notify('zrem', 1);
    if (call.find(1) === 0) call.notify('del', 1);
  }
  call.reply.integer(removed);
}
