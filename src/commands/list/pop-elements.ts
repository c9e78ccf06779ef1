// What the commands that pop share: elements leave one by one from one end, each by a remove of its own.
import { CommandError } from '../../base/errors.ts';
import { outOfRangePositive, wrongArguments } from '../../resp/errors.ts';
import { isTooLong } from '../../resp/reply-writer.ts';
import type { Lists } from '../../store/lists.ts';
import type { Call } from '../call.ts';
import { type PopSource, popInSlices } from '../pop-many.ts';
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
  else if (wanted >= call.sliceSizes.largeElementsMin) {
    popInSlices(call, count, wanted, (own) => sourceOf(own, atFront));
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
  let i = 0;
  try {
    for (; i < n; i++) lists.pop(atFront, reply);
  } catch (error) {
    if (i === 0 || !isTooLong(error)) throw error;
    // What went is told; nil stands for what did not fit, and stays.
    for (; i < n; i++) reply.nil();
  }
  tellOfPop(call, lists, atFront, key);
}

function sourceOf(call: Call, atFront: boolean): PopSource {
  const { reply } = call;
  return {
    firstKey: 1,
    lastKey: 1,
    find: () => 1,
    ...listsOf(call, atFront),
    header: (n) => (n === 0 ? reply.nilArray() : reply.array(n)),
  };
}

/** What is the same of all that pop from lists in slices. */
export function listsOf(call: Call, atFront: boolean): Pick<PopSource, 'open' | 'take' | 'tell' | 'width'> {
  const { reply, store } = call;
  return {
    open: (i) => sizeOf(openList(call, i)),
    take: (n) => {
      for (let i = 0; i < n; i++) store.lists.pop(atFront, reply);
    },
    tell: (key, isAll) => tell(call, atFront, key, isAll),
    width: 1,
  };
}

const sizeOf = (lists: Lists): number => (lists.at === 0 ? 0 : lists.size);

/** The events of a pop from the list that was open. */
export function tellOfPop(call: Call, lists: Lists, atFront: boolean, key: number): void {
  tell(call, atFront, key, lists.at === 0);
}

function tell(call: Call, atFront: boolean, key: number, isAll: boolean): void {
  call.notify(atFront ? 'lpop' : 'rpop', key);
  if (isAll) call.notify('del', key);
}
