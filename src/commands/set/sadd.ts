// SADD key member [member ...]: adds members to a set. https://redis.io/commands/sadd
import { EntryType } from '../../store/entry.ts';
import { type Addition, addMany, areMany } from '../add-many.ts';
import type { Call } from '../call.ts';
import type { CommandSpec } from '../command.ts';

export const command: CommandSpec = {
  name: 'sadd',
  arity: -3,
  flags: ['write', 'denyoom', 'fast'],
  keys: { first: 1, last: 1, step: 1, element: 2 },
  keyFlags: ['RW', 'insert'],
  onUnheld: () => 'adds',
  group: 'set',
  since: '1.0.0',
  summary: 'Adds members to a set, which is created where there is none.',
  syntax: '<key> <member>...',
  complexity: 'O(1) for each member',
  run: sadd,
};

function sadd(call: Call): void {
  const { store, buf } = call;
  const { elements } = store;
  const { offsets, lengths } = call.args;
  call.openToWrite(1, EntryType.set);
  const count = call.argc - 2;
  let bytes = 0;
  for (let i = 2; i < call.argc; i++) {
    store.checkLimits(lengths[i]!, 0, false);
    bytes += lengths[i]!;
  }
  if (areMany(call, count, bytes)) {
    addMany(call, additionOf(count, bytes));
    return;
  }
  elements.requireRoom(count, bytes);
  let added = 0;
  for (let i = 2; i < call.argc; i++) {
    if (elements.put(buf, offsets[i]!, lengths[i]!, buf, 0, 0)) added += 1;
  }
  end(call, added);
}

function end(call: Call, added: number): void {
  if (added > 0) call.notify('sadd', 1);
  call.reply.integer(added);
}

function additionOf(count: number, bytes: number): Addition {
  let added = 0;
  return {
    count,
    bytes,
    open(call) {
      call.openToWrite(1, EntryType.set);
      return true;
    },
    add(call, n) {
      const { buf, store } = call;
      if (store.elements.put(buf, call.offset(n + 2), call.length(n + 2), buf, 0, 0)) added += 1;
    },
    end: (call) => end(call, added),
  };
}
