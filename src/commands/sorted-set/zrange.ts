// ZRANGE key min max [BYSCORE | BYLEX] [REV] [LIMIT offset count] [WITHSCORES], and the older commands that are forms
// of it: a range of a sorted set, by place, score or member, in either direction. https://redis.io/commands/zrange
import type { Call } from '../call.ts';
import type { CommandSpec } from '../command.ts';
import type { Work } from '../large-work.ts';
import { openToRead, openToWrite } from './find-sorted-set.ts';
import { placeRequest, type RangeForm, readRangeRequest } from './range-request.ts';
import { replyElements, replyInSlices } from './reply-elements.ts';

const shared = {
  arity: -4,
  flags: ['readonly'],
  keys: { first: 1, last: 1, step: 1 },
  group: 'sorted-set',
} as const;

export const commands: readonly CommandSpec[] = [
  {
    ...shared,
    name: 'zrange',
    since: '1.2.0',
    summary: 'Returns a range of a sorted set.',
    syntax: '<key> <start> <stop:string> [BYSCORE|BYLEX] [REV] [LIMIT <offset> <count>] [WITHSCORES]',
    complexity: 'O(log(N)+M), N being the size of the sorted set, M the members returned',
    run: (call) => range(call, { first: 2 }),
  },
  {
    ...shared,
    name: 'zrevrange',
    since: '1.2.0',
    summary: 'Returns a range of places of a sorted set, highest score first.',
    syntax: '<key> <start:integer> <stop> [WITHSCORES]',
    complexity: 'O(log(N)+M), N being the size of the sorted set, M the members returned',
    run: (call) => range(call, { first: 2, kind: 'rank', reverse: true }),
  },
  {
    ...shared,
    name: 'zrangebyscore',
    since: '1.0.5',
    summary: 'Returns the members with a score in a range.',
    syntax: '<key> <min:double> <max:double> [WITHSCORES] [LIMIT <offset> <count>]',
    complexity: 'O(log(N)+M), N being the size of the sorted set, M the members returned',
    run: (call) => range(call, { first: 2, kind: 'score', reverse: false }),
  },
  {
    ...shared,
    name: 'zrevrangebyscore',
    since: '2.2.0',
    summary: 'Returns the members with a score in a range, highest first.',
    syntax: '<key> <max:double> <min:double> [WITHSCORES] [LIMIT <offset> <count>]',
    complexity: 'O(log(N)+M), N being the size of the sorted set, M the members returned',
    run: (call) => range(call, { first: 2, kind: 'score', reverse: true }),
  },
  {
    ...shared,
    name: 'zrangebylex',
    since: '2.8.9',
    summary: 'Returns the members in a range of members.',
    syntax: '<key> <min> <max> [LIMIT <offset> <count>]',
    complexity: 'O(log(N)+M), N being the size of the sorted set, M the members returned',
    run: (call) => range(call, { first: 2, kind: 'lex', reverse: false }),
  },
  {
    ...shared,
    name: 'zrevrangebylex',
    since: '2.8.9',
    summary: 'Returns the members in a range of members, last one first.',
    syntax: '<key> <max> <min> [LIMIT <offset> <count>]',
    complexity: 'O(log(N)+M), N being the size of the sorted set, M the members returned',
    run: (call) => range(call, { first: 2, kind: 'lex', reverse: true }),
  },
];

function range(call: Call, form: RangeForm): void {
  const request = readRangeRequest(call, form);
  const cursor = openToRead(call, 1);
  if (cursor === undefined) {
    call.reply.array(0);
    return;
  }
  const ranks = placeRequest(call, request, cursor);
  if (ranks.end - ranks.first >= call.sliceSizes.largeElementsMin) {
    call.services.largeWork.run(call, [1], (own) => slices(own, form));
    return;
  }
  replyElements(call, cursor, ranks, request.reverse, request.withScores);
}

function* slices(call: Call, form: RangeForm): Work {
  // Read anew: bounds are places in the arguments, which are a copy here.
  const request = readRangeRequest(call, form);
  const { reverse, withScores } = request;
  const cursor = openToWrite(call, 1);
  if (cursor === undefined) return false;
  return yield* replyInSlices(call, 1, placeRequest(call, request, cursor), reverse, withScores);
}
