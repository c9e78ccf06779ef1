// ZMSCORE key member [member ...]: the scores of members. https://redis.io/commands/zmscore
import type { Call } from '../call.ts';
import type { CommandSpec } from '../command.ts';
import { openToRead } from './find-sorted-set.ts';

export const command: CommandSpec = {
  name: 'zmscore',
  arity: -3,
  flags: ['readonly', 'fast'],
  keys: { first: 1, last: 1, step: 1 },
  group: 'sorted-set',
  since: '6.2.0',
  summary: 'Returns the scores of several members.',
  syntax: '<key> <member> [<member> ...]',
  complexity: 'O(N), N being the number of members',
  run: zMScore,
};

function zMScore(call: Call): void {
  const { reply, buf } = call;
  const cursor = openToRead(call, 1);
  reply.array(call.argc - 2);
  for (let i = 2; i < call.argc; i++) {
    if (cursor?.find(buf, call.offset(i), call.length(i))) reply.double(cursor.score);
    else reply.nil();
  }
}
