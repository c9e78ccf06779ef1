// ZRANDMEMBER key [count [WITHSCORES]]: random members, each at most once, or as often as it is drawn where the count is
// negative. https://redis.io/commands/zrandmember
import { CommandError } from '../../base/errors.ts';
import { outOfRange } from '../../resp/errors.ts';
import type { SortedSetCursor } from '../../store/sorted-set-cursor.ts';
import type { Call } from '../call.ts';
import type { CommandSpec } from '../command.ts';
import { openToRead } from './find-sorted-set.ts';
import { replyElements, replyElementsHeader, replyPair } from './reply-elements.ts';

export const command: CommandSpec = {
  name: 'zrandmember',
  arity: -2,
  flags: ['readonly'],
  keys: { first: 1, last: 1, step: 1 },
  group: 'sorted-set',
  since: '6.2.0',
  summary: 'Returns random members.',
  syntax: '<key> [<count> [WITHSCORES]]',
  complexity: 'O(N), N being the number of members returned',
  run: zRandMember,
};

const int64Max = 2n ** 63n - 1n;

function zRandMember(call: Call): void {
  const { reply, store } = call;
  if (call.argc === 2) {
    const cursor = openToRead(call, 1);
    if (cursor === undefined) {
      reply.nil();
      return;
    }
    stepTo(cursor, Math.floor(store.random() * cursor.size));
    reply.bulk(cursor.u8, cursor.memberOffset, cursor.memberLength);
    return;
  }
  const count = call.bigInteger(2);
  if (count < -int64Max) throw new CommandError(outOfRange);
  if (call.argc > 4 || (call.argc === 4 && !call.is(3, 'withscores'))) call.syntaxError();
  const withScores = call.argc === 4;
  if (withScores && (count < -int64Max / 2n || count > int64Max / 2n)) throw new CommandError(outOfRange);
  const cursor = openToRead(call, 1);
  if (cursor === undefined || count === 0n) {
    reply.array(0);
    return;
  }
  if (count < 0n) replyDrawn(call, cursor, Number(-count), withScores);
  else replyDistinct(call, cursor, Number(count), withScores);
}

function stepTo(cursor: SortedSetCursor, rank: number): void {
  cursor.seekRank(rank);
  cursor.next();
}

function replyOne(call: Call, cursor: SortedSetCursor, withScores: boolean): void {
  if (withScores) replyPair(call, cursor);
  else call.reply.bulk(cursor.u8, cursor.memberOffset, cursor.memberLength);
}

function replyDrawn(call: Call, cursor: SortedSetCursor, count: number, withScores: boolean): void {
  replyElementsHeader(call, count, withScores);
  for (let n = 0; n < count; n++) {
    stepTo(cursor, Math.floor(call.store.random() * cursor.size));
    replyOne(call, cursor, withScores);
  }
}

/** Floyd's choice of distinct ranks: as many draws as there are to be. */
function replyDistinct(call: Call, cursor: SortedSetCursor, count: number, withScores: boolean): void {
  const { size } = cursor;
  if (count >= size) {
    // Last one first, as Redis does.
    replyElements(call, cursor, { first: 0, end: size }, true, withScores);
    return;
  }
  replyElementsHeader(call, count, withScores);
  const chosen = new Set<number>();
  for (let limit = size - count; limit < size; limit++) {
    const drawn = Math.floor(call.store.random() * (limit + 1));
    chosen.add(chosen.has(drawn) ? limit : drawn);
  }
  for (const rank of chosen) {
    stepTo(cursor, rank);
    replyOne(call, cursor, withScores);
  }
}
