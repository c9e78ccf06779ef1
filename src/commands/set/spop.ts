// SPOP key [count]: removes random members and returns them. https://redis.io/commands/spop
import { CommandError } from '../../base/errors.ts';
import { outOfRangePositive } from '../../resp/errors.ts';
import { EntryType } from '../../store/entry.ts';
import type { Call } from '../call.ts';
import type { CommandSpec } from '../command.ts';
import type { Work } from '../large-work.ts';
import { type PopSource, popInSlices } from '../pop-many.ts';
import { drawDifferent } from '../random-elements.ts';
import { eachInSlices } from '../reply-collection.ts';

export const command: CommandSpec = {
  name: 'spop',
  arity: -2,
  flags: ['write', 'fast'],
  keys: { first: 1, last: 1, step: 1 },
  keyFlags: ['RW', 'access', 'delete'],
  group: 'set',
  since: '1.0.0',
  summary: 'Removes random members and returns them.',
  syntax: '<key> [<count>]',
  complexity: 'O(N) for N members returned',
  run: spop,
};

function spop(call: Call): void {
  if (call.argc > 3) call.syntaxError();
  const { reply, store } = call;
  const { elements } = store;
  const count = call.argc === 3 ? call.integer(2, outOfRangePositive) : undefined;
  if (count !== undefined && count < 0) throw new CommandError(outOfRangePositive);
  if (!call.openToWrite(1, EntryType.set)) {
    if (count === undefined) reply.nil();
    else reply.set(0);
    return;
  }
  if (count === undefined) {
    popOne(call);
    return;
  }
  const { largeWork } = call.services;
  const isAll = count >= elements.size;
  if (Math.min(count, elements.size) < call.sliceSizes.largeElementsMin) {
    if (isAll) popAll(call);
    else popDrawn(call, count);
  } else if (isAll) largeWork.run(call, [1], (own) => readAllInSlices(own, count));
  else popInSlices(call, count, count, sourceOf);
}

function popDrawn(call: Call, count: number): void {
  const { reply, store } = call;
  const { elements } = store;
  const drawn = drawDifferent(elements, count, store.random);
  reply.set(drawn.length);
  for (const { name } of drawn) reply.bulk(name, 0, name.length);
  for (const { name } of drawn) elements.drop(name, 0, name.length);
  if (drawn.length > 0) tellPopped(call, elements.at === 0);
}

function tellPopped(call: Call, isAll: boolean): void {
  call.notify('spop', 1);
  if (isAll) call.notify('del', 1);
}

function popOne(call: Call): void {
  const { reply, store } = call;
  const { elements } = store;
  elements.draw(store.random);
  reply.bulk(store.arena.u8, elements.drawnOffset, elements.drawnLength);
  elements.dropDrawn();
  tellPopped(call, elements.at === 0);
}

/** All of them: one clear of the key. */
function popAll(call: Call): void {
  const { reply, store } = call;
  reply.set(store.elements.size);
  store.elements.each((name, offset, length) => reply.bulk(name, offset, length));
  removeAll(call);
}

function removeAll(call: Call): void {
  call.removeKey(1);
  tellPopped(call, true);
}

/** All of a large set: the reply in slices, and then one clear of the key. */
function* readAllInSlices(call: Call, count: number): Work {
  const { reply, store } = call;
  const { elements } = store;
  if (!call.openToWrite(1, EntryType.set)) return false;
  if (elements.size > count) {
    // It has grown meanwhile.
    const run = (): void => {
      if (call.openToWrite(1, EntryType.set)) popDrawn(call, count);
    };
    return { run, discard() {} };
  }
  reply.set(elements.size);
  const writes = (name: Uint8Array, offset: number, length: number): void => reply.bulk(name, offset, length);
  const isWhole = yield* eachInSlices(call, EntryType.set, store.nowMs, writes);
  return isWhole && { run: () => removeAll(call), discard() {} };
}

/** One after the other, each of those that are left then. */
function sourceOf(call: Call): PopSource {
  const { reply, store } = call;
  const { elements } = store;
  return {
    firstKey: 1,
    lastKey: 1,
    find: () => 1,
    open: () => (call.openToWrite(1, EntryType.set) ? elements.size : 0),
    header: (n) => reply.set(n),
    take: (n) => {
      for (let i = 0; i < n; i++) {
        elements.draw(store.random);
        reply.bulk(store.arena.u8, elements.drawnOffset, elements.drawnLength);
        elements.dropDrawn();
      }
    },
    tell: (_key, isAll) => tellPopped(call, isAll),
    width: 1,
  };
}
