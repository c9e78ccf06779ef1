// LRANGE key start stop: a run of elements, straight from the arena into the reply. https://redis.io/commands/lrange
import type { Call } from '../call.ts';
import type { CommandSpec } from '../command.ts';
import type { Work } from '../large-work.ts';
import { openList, readList } from './open-list.ts';

export const command: CommandSpec = {
  name: 'lrange',
  arity: 4,
  flags: ['readonly'],
  keys: { first: 1, last: 1, step: 1 },
  keyFlags: ['RO', 'access'],
  group: 'list',
  since: '1.0.0',
  summary: 'Returns the elements of a list between two indexes, both included.',
  syntax: '<key> <start> <stop>',
  complexity: 'O(S+N), S being the way from the nearer end and N the elements returned',
  run: lrange,
};

function lrange(call: Call): void {
  const bounds = readBounds(call);
  const { start, count } = runOf(bounds, readList(call, 1)?.size ?? 0);
  if (count >= call.sliceSizes.largeElementsMin) {
    call.services.largeWork.run(call, [1], (own) => slices(own, bounds));
    return;
  }
  call.reply.array(count);
  if (count > 0) call.store.lists.reader.reply(start, count, call.reply);
}

/** Both included; negative ones count from the end. */
interface Bounds {
  readonly first: number;
  readonly last: number;
}

function readBounds(call: Call): Bounds {
  return { first: Number(call.bigInteger(2)), last: Number(call.bigInteger(3)) };
}

/** What the bounds mean in a list of so many elements. */
function runOf({ first, last }: Bounds, size: number): { readonly start: number; readonly count: number } {
  const start = Math.max(0, first < 0 ? size + first : first);
  const stop = Math.min(size - 1, last < 0 ? size + last : last);
  return { start, count: Math.max(0, stop - start + 1) };
}

function* slices(call: Call, bounds: Bounds): Work {
  const { start, count } = runOf(bounds, openList(call, 1).size);
  call.reply.array(count);
  for (let done = 0; done < count; done += call.sliceSizes.elements) {
    if (done > 0) yield;
    const lists = openList(call, 1);
    if (lists.at === 0) return false;
    lists.reader.reply(start + done, Math.min(call.sliceSizes.elements, count - done), call.reply);
  }
  return true;
}
