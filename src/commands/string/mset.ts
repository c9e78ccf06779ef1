// MSET key value [key value ...]: one put for each pair, all at one moment. https://redis.io/commands/mset
import type { Call } from '../call.ts';
import type { CommandSpec } from '../command.ts';
import { putPairs, requirePairs } from './put-pairs.ts';

export const command: CommandSpec = {
  name: 'mset',
  arity: -3,
  flags: ['write', 'denyoom'],
  keys: { first: 1, last: -1, step: 2 },
  keyFlags: ['OW', 'update'],
  onUnheld: () => 'replaces',
  group: 'string',
  since: '1.0.1',
  summary: 'Sets the string values of several keys at once.',
  syntax: '<key> <value> [<key> <value> ...]',
  complexity: 'O(N), N being the number of keys',
  run: mSet,
};

function mSet(call: Call): void {
  requirePairs(call);
  putPairs(call, end);
}

function end({ reply }: Call): void {
  reply.ok();
}
