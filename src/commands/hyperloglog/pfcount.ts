// PFCOUNT key [key ...]: how many different elements a HyperLogLog, or several together, have counted.
// https://redis.io/commands/pfcount
import { estimate } from '../../store/hyperloglog.ts';
import type { Call } from '../call.ts';
import type { CommandSpec } from '../command.ts';
import { uniteKeys } from './unite-keys.ts';

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

function pfCount(call: Call): void {
  if (call.argc > 2) {
    uniteKeys(call, (own, registers) => own.reply.integer(estimate(registers)));
    return;
  }
  const at = call.findString(1);
  call.reply.integer(at === 0 ? 0 : call.store.registers.estimateOf(at));
}
