// PFADD key [element ...]: counts elements in a HyperLogLog, as registers. https://redis.io/commands/pfadd
import { registerCount } from '../../store/hyperloglog.ts';
import type { Call } from '../call.ts';
import type { CommandSpec } from '../command.ts';
import { endsSlice, type Work } from '../large-work.ts';

export const command: CommandSpec = {
  name: 'pfadd',
  arity: -2,
  flags: ['write', 'denyoom', 'fast'],
  keys: { first: 1, last: 1, step: 1 },
  keyFlags: ['RW', 'insert'],
  group: 'hyperloglog',
  since: '2.8.9',
  summary: 'Counts elements in a HyperLogLog, which is created where there is none.',
  syntax: '<key> [<element> ...]',
  complexity: 'O(1) for each element',
  run: pfAdd,
};

function pfAdd(call: Call): void {
  const at = call.findStringToWrite(1);
  const { buf, keyspace: ks } = call;
  const { registers } = call.store;
  if (at !== 0) registers.require(at);
  if (call.argc - 2 >= call.sliceSizes.largeElementsMin) {
    call.services.largeWork.run(call, [], addInSlices);
    return;
  }
  registers.open();
  for (let i = 2; i < call.argc; i++) registers.take(at, buf, call.offset(i), call.length(i));
  end(call, registers.add({ ks, key: buf, offset: call.offset(1), length: call.length(1) }, at));
}

function end(call: Call, changed: boolean): void {
  if (changed) call.notify('pfadd', 1);
  call.reply.integer(changed ? 1 : 0);
}

/** Very many: what they come to is found in slices, and added at once. */
function* addInSlices(call: Call): Work {
  const { buf, store, keyspace: ks } = call;
  const { registers } = store;
  const raised = new Uint8Array(registerCount);
  for (let i = 2; i < call.argc; i++) {
    registers.raise(raised, buf, call.offset(i), call.length(i));
    if (endsSlice(call, i)) yield;
  }
  const run = (): void => {
    const at = call.findStringToWrite(1);
    if (at !== 0) registers.require(at);
    const where = { ks, key: buf, offset: call.offset(1), length: call.length(1) };
    end(call, registers.merge(where, at, raised));
  };
  return { run, discard() {} };
}
