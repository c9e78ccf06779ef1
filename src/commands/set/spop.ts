// SPOP key [count]: removes random members and returns them. https://redis.io/commands/spop
import { CommandError } from '../../base/errors.ts';
import { outOfRangePositive } from '../../resp/errors.ts';
import { EntryType } from '../../store/entry.ts';
import type { Call } from '../call.ts';
import type { CommandSpec } from '../command.ts';
import { changeInPlace, largeElementsMin, type Pace, removedAtOnce, type Work } from '../large-work.ts';
import { drawDifferent } from '../random-elements.ts';

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
  if (count >= elements.size) {
    popAll(call);
    return;
  }
  if (count >= largeElementsMin) {
    call.services.largeWork.run(call, [], (own, pace) => popInSlices(own, pace, count));
    return;
  }
  const drawn = drawDifferent(elements, count, store.random);
  for (const { name } of drawn) elements.drop(name, 0, name.length);
  if (drawn.length > 0) {
    const gone = elements.at === 0;
    call.notify('spop', 1);
    if (gone) call.notify('del', 1);
  }
  reply.set(drawn.length);
  for (const { name } of drawn) reply.bulk(name, 0, name.length);
}

function popOne(call: Call): void {
  const { reply, store } = call;
  const { elements } = store;
  elements.draw(store.random);
  reply.bulk(store.arena.u8, elements.drawnOffset, elements.drawnLength);
  elements.dropDrawn();
  call.notify('spop', 1);
  if (elements.at === 0) call.notify('del', 1);
}

/** All of them: one clear of the key. */
function popAll(call: Call): void {
  const { reply, store } = call;
  reply.set(store.elements.size);
  store.elements.each((name, offset, length) => reply.bulk(name, offset, length));
  call.removeKey(1);
  call.notify('spop', 1);
  call.notify('del', 1);
}

/** One after the other, each of those that are left then. */
function* popInSlices(call: Call, pace: Pace, wanted: number): Work {
  const { reply, store } = call;
  const { elements } = store;
  let [count, taken] = [0, 0];
  let isAll = false;
  yield* changeInPlace(call, 1, pace, wanted, function* () {
    const size = call.openToWrite(1, EntryType.set) ? elements.size : 0;
    count = Math.min(wanted, size);
    isAll = count === size;
    reply.set(count);
    for (; taken < count; taken++) {
      if (taken % removedAtOnce === 0) {
        if (taken > 0) yield;
        if (!call.openToWrite(1, EntryType.set)) return;
      }
      elements.draw(store.random);
      reply.bulk(store.arena.u8, elements.drawnOffset, elements.drawnLength);
      elements.dropDrawn();
    }
  });
  for (; taken < count; taken++) reply.nil();
  return {
    run() {
      if (count > 0) call.notify('spop', 1);
      if (isAll && count > 0) call.notify('del', 1);
    },
    discard() {},
  };
}
