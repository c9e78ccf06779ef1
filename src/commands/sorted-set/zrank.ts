// ZRANK and ZREVRANK key member [WITHSCORE]: the place of a member, counted from the lowest score or from the highest.
// https://redis.io/commands/zrank
import { CommandError } from '../../base/errors.ts';
import { wrongArguments } from '../../resp/errors.ts';
import type { Call } from '../call.ts';
import type { CommandSpec } from '../command.ts';
import { openToRead } from './find-sorted-set.ts';

export const commands: readonly CommandSpec[] = [
  {
    name: 'zrank',
    arity: -3,
    flags: ['readonly', 'fast'],
    keys: { first: 1, last: 1, step: 1 },
    group: 'sorted-set',
    since: '2.0.0',
    summary: 'Returns the place of a member, counted from the lowest score.',
    syntax: '<key> <member> [WITHSCORE]',
    complexity: 'O(log(N)), N being the size of the sorted set',
    run: (call) => rank(call, false),
  },
  {
    name: 'zrevrank',
    arity: -3,
    flags: ['readonly', 'fast'],
    keys: { first: 1, last: 1, step: 1 },
    group: 'sorted-set',
    since: '2.0.0',
    summary: 'Returns the place of a member, counted from the highest score.',
    syntax: '<key> <member> [WITHSCORE]',
    complexity: 'O(log(N)), N being the size of the sorted set',
    run: (call) => rank(call, true),
  },
];

function rank(call: Call, reverse: boolean): void {
  const { reply } = call;
  if (call.argc > 4) throw new CommandError(wrongArguments(call.name));
  const withScore = call.argc === 4;
  if (withScore && !call.is(3, 'withscore')) call.syntaxError();
  const cursor = openToRead(call, 1);
  if (!cursor?.find(call.buf, call.offset(2), call.length(2))) {
    if (withScore) reply.nilArray();
    else reply.nil();
    return;
  }
  if (withScore) reply.array(2);
  const place = cursor.rank();
  reply.integer(reverse ? cursor.size - 1 - place : place);
  if (withScore) reply.double(cursor.score);
}
