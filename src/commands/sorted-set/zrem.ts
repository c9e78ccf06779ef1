// ZREM key member [member ...]: takes members out of a sorted set; replies with how many were there.
// https://redis.io/commands/zrem
import type { CommandSpec } from '../command.ts';
import { type Removal, removeNamed } from '../remove-named.ts';
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
  run: (call) => removeNamed(call, removal),
};

const removal: Removal = {
  first: 2,
  givesDots: true,
  open(call) {
    requireSortedSet(call, 1);
    return call.find(1) !== 0;
  },
  remove(call, i) {
    const { store, keyspace, buf } = call;
    const [offset, length] = [call.offset(i), call.length(i)];
    return store.sortedSets.remove(keyspace, buf, call.offset(1), call.length(1), offset, length);
  },
  tell(call, isGone) {
    call.notify('zrem', 1);
    if (isGone) call.notify('del', 1);
  },
};
