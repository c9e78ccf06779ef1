// ZRANGESTORE destination source min max [BYSCORE | BYLEX] [REV] [LIMIT offset count]: puts a range of a sorted set in
// place of what the destination holds. https://redis.io/commands/zrangestore
import type { Call } from '../call.ts';
import type { CommandSpec } from '../command.ts';
import { openToRead } from './find-sorted-set.ts';
import { placeRequest, readRangeRequest } from './range-request.ts';
import { ScoredNames } from './scored-names.ts';
import { storeResult } from './store-result.ts';

export const command: CommandSpec = {
  name: 'zrangestore',
  arity: -5,
  flags: ['write', 'denyoom'],
  keys: { first: 1, last: 2, step: 1 },
  keySpecs: [
    { flags: ['OW', 'update'], begin: 1, find: { last: 0, step: 1 } },
    { flags: ['RO', 'access'], begin: 2, find: { last: 0, step: 1 } },
  ],
  group: 'sorted-set',
  since: '6.2.0',
  summary: 'Stores a range of a sorted set under another key.',
  syntax: '<dst:key> <src:key> <min> <max> [BYSCORE|BYLEX] [REV] [LIMIT <offset> <count>]',
  complexity: 'O(log(N)+M), N being the size of the sorted set, M the members stored',
  run: zRangeStore,
};

function zRangeStore(call: Call): void {
  const request = readRangeRequest(call, { first: 3, stores: true });
  const cursor = openToRead(call, 2);
  const result = new ScoredNames(call.store.hash);
  if (cursor !== undefined) {
    const { first, end } = placeRequest(call, request, cursor);
    cursor.seekRank(first);
    for (let n = first; n < end && cursor.next(); n++) {
      result.append(cursor.u8, cursor.memberOffset, cursor.memberLength, cursor.score);
    }
  }
  storeResult(call, 1, result, 'zrangestore');
}
