// What LPUSH, RPUSH and their X forms share: all values or none are added.
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
  if (argc > 3) lists.requireRoom(args.lengths, 2, argc);
  for (let i = 2; i < argc; i++) lists.push(atFront, buf, args.offsets[i]!, args.lengths[i]!);
  call.reply.integer(lists.size);
  call.notify(atFront ? 'lpush' : 'rpush', 1);
}
