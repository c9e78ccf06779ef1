// SWAPDB index index: two databases swap what they show. Refused under sync, where peers would not swap with it.
// https://redis.io/commands/swapdb
import { CommandError } from '../../base/errors.ts';
import { dbOutOfRange, invalidDatabase, swapRefused } from '../../resp/errors.ts';
import type { Call } from '../call.ts';
import type { CommandSpec } from '../command.ts';

export const command: CommandSpec = {
  name: 'swapdb',
  arity: 3,
  flags: ['write', 'fast'],
  concernsAllKeys: true,
  categories: ['keyspace', 'dangerous'],
  group: 'server',
  since: '4.0.0',
  summary: 'Swaps two databases.',
  syntax: '<index1> <index2>',
  complexity: 'O(1)',
  run: swapDb,
};

const int32Max = 2 ** 31 - 1;

function swapDb(call: Call): void {
  const { services, store } = call;
  const first = readIndex(call, 1, invalidDatabase('first'));
  const second = readIndex(call, 2, invalidDatabase('second'));
  if (first < 0 || first >= services.databases || second < 0 || second >= services.databases)
    throw new CommandError(dbOutOfRange);
  if (services.syncing) throw new CommandError(swapRefused);
  if (first !== second) store.swap(first, second);
  call.reply.ok();
}

function readIndex(call: Call, i: number, message: string): number {
  const index = call.integer(i, message);
  if (Math.abs(index) > int32Max) throw new CommandError(message);
  return index;
}
