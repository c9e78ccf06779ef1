// ZUNION, ZINTER and ZDIFF numkeys key [key ...] [WEIGHTS ...] [AGGREGATE SUM | MIN | MAX] [WITHSCORES]: what several
// sorted sets, or sets, have together, in common, or the first one alone. https://redis.io/commands/zunion
import type { Call } from '../call.ts';
import type { CommandSpec } from '../command.ts';
import { combine, type Operation, readCombination } from './combine.ts';
import { replyElementsHeader } from './reply-elements.ts';

const shared = {
  arity: -3,
  flags: ['readonly', 'movablekeys'],
  keySpecs: [{ flags: ['RO', 'access'], begin: 1, find: { countAt: 0, first: 1, step: 1 } }],
  group: 'sorted-set',
  since: '6.2.0',
} as const;

export const commands: readonly CommandSpec[] = [
  {
    ...shared,
    name: 'zunion',
    summary: 'Returns all members of several sorted sets.',
    syntax:
      '<numkeys> <key> [<key> ...] [WEIGHTS <weight> [<weight> ...]] [AGGREGATE SUM|MIN|MAX] [WITHSCORES]',
    complexity: 'O(N)+O(M*log(M)), N being the members of all sorted sets, M those of the result',
    run: (call) => replyCombined(call, 'union'),
  },
  {
    ...shared,
    name: 'zinter',
    summary: 'Returns the members that several sorted sets have in common.',
    syntax:
      '<numkeys> <key> [<key> ...] [WEIGHTS <weight> [<weight> ...]] [AGGREGATE SUM|MIN|MAX] [WITHSCORES]',
    complexity: 'O(N*K)+O(M*log(M)), N being the smallest of K sorted sets, M the members of the result',
    run: (call) => replyCombined(call, 'inter'),
  },
  {
    ...shared,
    name: 'zdiff',
    summary: 'Returns the members of a sorted set that no other has.',
    syntax: '<numkeys> <key> [<key> ...] [WITHSCORES]',
    complexity: 'O(N)+O(M*log(M)), N being the members of all sorted sets, M those of the result',
    run: (call) => replyCombined(call, 'diff'),
  },
];

function replyCombined(call: Call, operation: Operation): void {
  const { reply } = call;
  const combination = readCombination(call, { operation, countAt: 1 });
  const result = combine(call, operation, combination);
  const { withScores } = combination;
  replyElementsHeader(call, result.size, withScores);
  for (const i of result.sorted()) {
    if (withScores && reply.protocol === 3) reply.array(2);
    reply.bulk(result.bytes, result.offset(i), result.length(i));
    if (withScores) reply.double(result.score(i));
  }
}
