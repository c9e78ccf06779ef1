// ZCARD key: how many members a sorted set has. https://redis.io/commands/zcard
import type { Call } from '../call.ts';
import type { CommandSpec } from '../command.ts';
import { openToRead } from './find-sorted-set.ts';

export const command: CommandSpec = {
  name: 'zcard',
  arity: 2,
  flags: ['readonly', 'fast'],
  keys: { first: 1, last: 1, step: 1 },
  keyFlags: ['RO'],
  group: 'sorted-set',
  since: '1.2.0',
  summary: 'Returns how many members a sorted set has.',
  syntax: '<key>',
  complexity: 'O(1)',
  run: zCard,
};

function zCard(call: Call): void {
  call.reply.integer(openToRead(call, 1)?.size ?? 0);
}
