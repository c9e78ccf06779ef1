// LINSERT key BEFORE | AFTER pivot element: an insert at a position between two elements.
// https://redis.io/commands/linsert
import { atOnce } from '../../base/at-once.ts';
import type { Lists } from '../../store/lists.ts';
import { hasAmpleRoom, roomOf } from '../../store/room.ts';
import type { Call } from '../call.ts';
import type { CommandSpec } from '../command.ts';
import { changeInPlace, type Pace, type Work } from '../large-work.ts';
import { findInSlices, findSoon, type Sought } from './find-values.ts';
import { openList } from './open-list.ts';

export const command: CommandSpec = {
  name: 'linsert',
  arity: 5,
  flags: ['write', 'denyoom'],
  keys: { first: 1, last: 1, step: 1 },
  keyFlags: ['RW', 'insert'],
  group: 'list',
  since: '2.2.0',
  summary: 'Inserts an element before or behind the first one of a given value.',
  syntax: '<key> BEFORE|AFTER <pivot> <element>',
  complexity: 'O(N), N being the elements before the pivot',
  run: linsert,
};

function linsert(call: Call): void {
  const isBehind = call.is(2, 'after');
  if (!isBehind && !call.is(2, 'before')) call.syntaxError();
  const lists = openList(call, 1);
  if (lists.at === 0) {
    call.reply.integer(0);
    return;
  }
  const found = findSoon(call, lists, sought);
  if (found !== undefined) insert(call, lists, found[0], isBehind);
  else if (!hasAmpleRoom(call.store, call.length(4))) insert(call, lists, firstOf(call, lists), isBehind);
  else call.services.largeWork.run(call, [], (own, pace) => insertInSlices(own, pace, isBehind));
}

const sought: Sought = { i: 3, count: 1 };

function firstOf(call: Call, lists: Lists): number | undefined {
  return atOnce(findInSlices(call, lists, sought))[0];
}

function insert(call: Call, lists: Lists, pivot: number | undefined, isBehind: boolean): void {
  if (pivot === undefined) {
    call.reply.integer(-1);
    return;
  }
  lists.insert(isBehind ? pivot + 1 : pivot, call.buf, call.offset(4), call.length(4));
  call.reply.integer(lists.size);
  call.notify('linsert', 1);
}

function* insertInSlices(call: Call, pace: Pace, isBehind: boolean): Work {
  const bytes = call.length(4);
  const steps = function* (): Generator<void, void, void> {
    const lists = openList(call, 1);
    if (lists.at === 0) {
      call.reply.integer(0);
      return;
    }
    const [pivot] = yield* findInSlices(call, lists, sought);
    insert(call, openList(call, 1), pivot, isBehind);
  };
  const heldBytes = roomOf(call.store, bytes);
  const fits = (): boolean => hasAmpleRoom(call.store, bytes);
  return (yield* changeInPlace(call, pace, { keys: [1], dots: 1, heldBytes, fits, steps })) || 'again';
}
