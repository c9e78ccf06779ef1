// PFADD key [element ...]: counts elements in a HyperLogLog, as registers. https://redis.io/commands/pfadd
import type { Call } from '../call.ts';
import type { CommandSpec } from '../command.ts';

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
  registers.open();
  for (let i = 2; i < call.argc; i++) registers.take(at, buf, call.offset(i), call.length(i));
  const changed = registers.add({ ks, key: buf, offset: call.offset(1), length: call.length(1) }, at);
  if (changed) call.notify('pfadd', 1);
  call.reply.integer(changed ? 1 : 0);
}
