// ZRANGESTORE destination source min max [BYSCORE | BYLEX] [REV] [LIMIT offset count]: puts a range of a sorted set in
// place of what the destination holds. https://redis.io/commands/zrangestore
import type { SortedSetCursor } from '../../store/sorted-set-cursor.ts';
import type { Call } from '../call.ts';
import type { CommandSpec } from '../command.ts';
import type { Scores, Steps } from './combine.ts';
import { openToRead, openToWrite } from './find-sorted-set.ts';
import { placeRequest, readRangeRequest } from './range-request.ts';
import { ScoredNames } from './scored-names.ts';
import { storeInSteps, storeResult } from './store-result.ts';

const form = { first: 3, stores: true } as const;
const nothing = { first: 0, end: 0 };

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
  const request = readRangeRequest(call, form);
  const cursor = openToRead(call, 2);
  const { first, end } = cursor === undefined ? nothing : placeRequest(call, request, cursor);
  if (end - first >= call.sliceSizes.largeElementsMin) {
    call.services.largeWork.run(call, [2], (own, pace) =>
      storeInSteps(own, 1, pace, end - first, 'zrangestore', (result) => steps(own, result)),
    );
    return;
  }
  const result = new ScoredNames(call.store.hash);
  if (cursor !== undefined) putRun(cursor, first, end, result);
  storeResult(call, 1, result, 'zrangestore');
}

function* steps(call: Call, result: Scores): Steps {
  const request = readRangeRequest(call, form);
  const cursor = openToWrite(call, 2);
  if (cursor === undefined) return true;
  const { first, end } = placeRequest(call, request, cursor);
  for (let from = first; from < end; from += call.sliceSizes.elements) {
    if (from > first) yield;
    if (openToWrite(call, 2) === undefined) return false;
    putRun(cursor, from, Math.min(end, from + call.sliceSizes.elements), result);
  }
  return true;
}

function putRun(cursor: SortedSetCursor, first: number, end: number, result: Scores): void {
  cursor.seekRank(first);
  for (let n = first; n < end && cursor.next(); n++) {
    result.putScored(cursor.u8, cursor.memberOffset, cursor.memberLength, cursor.score);
  }
}
