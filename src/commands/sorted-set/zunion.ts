// ZUNION, ZINTER and ZDIFF numkeys key [key ...] [WEIGHTS ...] [AGGREGATE SUM | MIN | MAX] [WITHSCORES]: what several
// sorted sets, or sets, have together, in common, or the first one alone. https://redis.io/commands/zunion
import type { Call } from '../call.ts';
import type { CommandSpec } from '../command.ts';
import { sortSlices } from '../generic/sort-slices.ts';
import { endsSlice, type Work } from '../large-work.ts';
import {
  type Combination,
  combine,
  combineInSteps,
  type Operation,
  readCombination,
  sizeOfAll,
} from './combine.ts';
import { replyElementsHeader } from './reply-elements.ts';
import { ScoredNames } from './scored-names.ts';

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
  const form = { operation, countAt: 1 };
  const combination = readCombination(call, form);
  const { withScores } = combination;
  if (sizeOfAll(combination) >= call.sliceSizes.largeElementsMin) {
    const keys = combination.sources.map((_, i) => i + 2);
    call.services.largeWork.run(call, keys, (own) => slices(own, operation, readCombination(own, form)));
    return;
  }
  const result = combine(call, operation, combination);
  replyElementsHeader(call, result.size, withScores);
  for (const i of result.sorted()) replyMember(call, result, i, withScores);
}

function* slices(call: Call, operation: Operation, combination: Combination): Work {
  const { withScores } = combination;
  const result = new ScoredNames(call.store.hash);
  if (!(yield* combineInSteps(call, operation, combination, result))) return false;
  const order = yield* sortSlices(result.size, (a, b) => result.compare(a, b), call.sliceSizes.elements);
  replyElementsHeader(call, result.size, withScores);
  for (const [n, i] of order.entries()) {
    if (endsSlice(call, n)) yield;
    replyMember(call, result, i, withScores);
  }
  return true;
}

function replyMember({ reply }: Call, names: ScoredNames, i: number, withScores: boolean): void {
  if (withScores && reply.protocol === 3) reply.array(2);
  reply.bulk(names.bytes, names.offset(i), names.length(i));
  if (withScores) reply.double(names.score(i));
}
