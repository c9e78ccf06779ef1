// MSETNX key value [key value ...]: all pairs, unless any of the keys exists. https://redis.io/commands/msetnx
import type { Call } from '../call.ts';
import type { CommandSpec } from '../command.ts';
import { putPairs, requirePairs } from './put-pairs.ts';

export const command: CommandSpec = {
  name: 'msetnx',
  arity: -3,
  flags: ['write', 'denyoom'],
  keys: { first: 1, last: -1, step: 2 },
  keyFlags: ['OW', 'insert'],
  group: 'string',
  since: '1.0.1',
  summary: 'Sets the string values of several keys if none of them exists.',
  syntax: '<key> <value> [<key> <value> ...]',
  complexity: 'O(N), N being the number of keys',
  run: mSetNx,
};

function mSetNx(call: Call): void {
  requirePairs(call);
  putPairs(call, end, isAbsent);
}

function isAbsent(call: Call, i: number): boolean {
  return call.find(i) === 0;
}

function end({ reply }: Call, put: number): void {
  reply.integer(put > 0 ? 1 : 0);
}
