// What LPUSH, RPUSH and their X forms share: all values or none are added.
import { type Addition, addMany, areMany } from '../add-many.ts';
import type { Call } from '../call.ts';
import { openList } from './open-list.ts';

/** Adds arguments 2 and on at one end of the list in argument 1, and replies with its length. */
export function pushValues(call: Call, atFront: boolean, mustExist: boolean): void {
  const lists = openList(call, 1);
  if (mustExist && lists.at === 0) {
    call.reply.integer(0);
    return;
  }
  const { buf, args, argc } = call;
  if (argc - 2 >= call.sliceSizes.largeElementsMin) {
    let bytes = 0;
    for (let i = 2; i < argc; i++) bytes += args.lengths[i]!;
    if (areMany(call, argc - 2, bytes)) {
      addMany(call, additionOf(argc - 2, bytes, atFront, mustExist));
      return;
    }
  }
  if (argc > 3) lists.requireRoom(args.lengths, 2, argc);
  for (let i = 2; i < argc; i++) lists.push(atFront, buf, args.offsets[i]!, args.lengths[i]!);
  call.reply.integer(lists.size);
  call.notify(atFront ? 'lpush' : 'rpush', 1);
}

function additionOf(count: number, bytes: number, atFront: boolean, mustExist: boolean): Addition {
  let isOpen = false;
  return {
    count,
    bytes,
    open(call) {
      isOpen = openList(call, 1).at !== 0 || !mustExist;
      return isOpen;
    },
    add: ({ store, buf, args }, n) =>
      store.lists.push(atFront, buf, args.offsets[n + 2]!, args.lengths[n + 2]!),
    end(call) {
      call.reply.integer(call.store.lists.size);
      if (isOpen) call.notify(atFront ? 'lpush' : 'rpush', 1);
    },
  };
}
