// PFCOUNT key [key ...]: how many different elements a HyperLogLog, or several together, have counted.
// https://redis.io/commands/pfcount
import { estimate, registerCount } from '../../store/hyperloglog.ts';
import type { Call } from '../call.ts';
import type { CommandSpec } from '../command.ts';

export const command: CommandSpec = {
  name: 'pfcount',
  arity: -2,
  flags: ['readonly'],
  keys: { first: 1, last: -1, step: 1 },
  keyFlags: ['RW', 'access'],
  isPausedAsWrite: true,
  group: 'hyperloglog',
  since: '2.8.9',
  summary: 'Estimates how many different elements were counted in one or more HyperLogLogs.',
  syntax: '<key> [<key> ...]',
  complexity: 'O(N), N being the number of keys',
  run: pfCount,
};

const united = new Uint8Array(registerCount);

function pfCount(call: Call): void {
  const { registers } = call.store;
  if (call.argc === 2) {
    const at = call.findString(1);
    call.reply.integer(at === 0 ? 0 : registers.estimateOf(at));
    return;
  }
  united.fill(0);
  for (let i = 1; i < call.argc; i++) {
    const at = call.findString(i);
    if (at !== 0) registers.mergeEntry(united, at);
  }
  call.reply.integer(estimate(united));
}
