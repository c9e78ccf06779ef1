// What the commands that pop share: elements leave one by one from one end, each by a remove of its own.
import { CommandError } from '../../base/errors.ts';
import { outOfRangePositive, wrongArguments } from '../../resp/errors.ts';
import type { Lists } from '../../store/lists.ts';
import type { Call } from '../call.ts';
import { changeInPlace, largeElementsMin, type Pace, removedAtOnce, type Work } from '../large-work.ts';
import { openList } from './open-list.ts';

/** LPOP and RPOP. */
export function popCommand(call: Call, atFront: boolean): void {
  if (call.argc > 3) throw new CommandError(wrongArguments(call.name));
  const { reply } = call;
  const count = call.argc === 3 ? Number(call.bigInteger(2, outOfRangePositive)) : -1;
  if (call.argc === 3 && count < 0) throw new CommandError(outOfRangePositive);
  const lists = openList(call, 1);
  if (lists.at === 0) {
    if (count < 0) reply.nil();
    else reply.nilArray();
    return;
  }
  const wanted = Math.min(count, lists.size);
  if (count < 0) popOne(call, lists, atFront, 1);
  else if (count === 0) reply.array(0);
  else if (wanted >= largeElementsMin) {
    call.services.largeWork.run(call, [], (own, pace) => popInSlices(own, pace, atFront, wanted));
  } else popMany(call, lists, atFront, count, 1);
}

/** Pops an element of the open list, the key in argument `key`, and replies with it. */
export function popOne(call: Call, lists: Lists, atFront: boolean, key: number): void {
  lists.pop(atFront, call.reply);
  tellOfPop(call, lists, atFront, key);
}

/** Pops up to `count` elements of the open list, and replies with an array of them. */
export function popMany(call: Call, lists: Lists, atFront: boolean, count: number, key: number): void {
  const { reply } = call;
  const n = Math.min(count, lists.size);
  reply.array(n);
  for (let i = 0; i < n; i++) lists.pop(atFront, reply);
  tellOfPop(call, lists, atFront, key);
}

function* popInSlices(call: Call, pace: Pace, atFront: boolean, count: number): Work {
  const { reply } = call;
  let isGone = false;
  let [n, taken] = [0, 0];
  yield* changeInPlace(call, 1, pace, count, function* () {
    let lists = openList(call, 1);
    n = Math.min(count, lists.at === 0 ? 0 : lists.size);
    isGone = n > 0 && n === lists.size;
    reply.array(n);
    while (taken < n && lists.at !== 0) {
      lists.pop(atFront, reply);
      taken += 1;
      if (taken % removedAtOnce !== 0) continue;
      yield;
      lists = openList(call, 1);
    }
  });
  for (; taken < n; taken++) reply.nil();
  return {
    run() {
      if (n > 0) call.notify(atFront ? 'lpop' : 'rpop', 1);
      if (isGone) call.notify('del', 1);
    },
    discard() {},
  };
}

/** The events of a pop from the list that was open. */
export function tellOfPop(call: Call, lists: Lists, atFront: boolean, key: number): void {
  call.notify(atFront ? 'lpop' : 'rpop', key);
  if (lists.at === 0) call.notify('del', key);
}
