// ZRANDMEMBER key [count [WITHSCORES]]: random members, each at most once, or as often as it is drawn where the count
// is negative. https://redis.io/commands/zrandmember
import type { SortedSetCursor } from '../../store/sorted-set-cursor.ts';
import type { Call } from '../call.ts';
import type { CommandSpec } from '../command.ts';
import type { Work } from '../large-work.ts';
import { Choice, readDrawRequest } from '../random-elements.ts';
import { openToRead, openToWrite } from './find-sorted-set.ts';
import { replyElements, replyElementsHeader, replyInSlices, replyPair } from './reply-elements.ts';

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
  const { count, isPairs: withScores } = readDrawRequest(call, 'withscores');
  const cursor = openToRead(call, 1);
  if (cursor === undefined || count === 0) {
    reply.array(0);
    return;
  }
  const drawn = count < 0 ? -count : Math.min(count, cursor.size);
  if (drawn >= call.sliceSizes.largeElementsMin) {
    call.services.largeWork.run(call, [1], (own) => slices(own, count, withScores));
  } else if (count < 0) {
    replyElementsHeader(call, drawn, withScores);
    replyDrawn(call, cursor, drawn, withScores);
  } else replyDistinct(call, cursor, count, withScores);
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

function* slices(call: Call, count: number, withScores: boolean): Work {
  const size = openToWrite(call, 1)?.size ?? 0;
  if (count >= size) return yield* replyInSlices(call, 1, { first: 0, end: size }, true, withScores);
  const choice = new Choice(count, size, call.store.random);
  const total = count < 0 ? -count : size;
  replyElementsHeader(call, Math.abs(count), withScores);
  for (let done = 0; done < total; done += call.sliceSizes.elements) {
    if (done > 0) yield;
    const cursor = openToWrite(call, 1);
    if (cursor === undefined) return false;
    const part = Math.min(call.sliceSizes.elements, total - done);
    if (count < 0) replyDrawn(call, cursor, part, withScores);
    else replyChosen(call, cursor, done, part, choice, withScores);
  }
  return true;
}

/** Of `n` elements from the rank `first` on those that are chosen. */
function replyChosen(
  call: Call,
  cursor: SortedSetCursor,
  first: number,
  n: number,
  choice: Choice,
  withScores: boolean,
): void {
  cursor.seekRank(first);
  for (let i = 0; i < n; i++) {
    cursor.next();
    if (choice.takes()) replyOne(call, cursor, withScores);
  }
}
