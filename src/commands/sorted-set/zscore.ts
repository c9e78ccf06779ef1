// ZSCORE key member: the score of a member. https://redis.io/commands/zscore
import type { Call } from '../call.ts';
import type { CommandSpec } from '../command.ts';
import { openToRead } from './find-sorted-set.ts';

export const command: CommandSpec = {
  name: 'zscore',
  arity: 3,
  flags: ['readonly', 'fast'],
  keys: { first: 1, last: 1, step: 1, element: 2 },
  group: 'sorted-set',
  since: '1.2.0',
  summary: 'Returns the score of a member.',
  syntax: '<key> <member>',
  complexity: 'O(1)',
  run: zScore,
};

function zScore(call: Call): void {
  const cursor = openToRead(call, 1);
  if (cursor?.find(call.buf, call.offset(2), call.length(2))) call.reply.double(cursor.score);
  else call.reply.nil();
}
