// ZINTERCARD numkeys key [key ...] [LIMIT limit]: how many members several sorted sets have in common, counted up to
// the limit. https://redis.io/commands/zintercard
import type { Call } from '../call.ts';
import type { CommandSpec } from '../command.ts';
import type { Work } from '../large-work.ts';
import { combine, combineInSteps, readCombination, sizeOfAll } from './combine.ts';
import { ScoredNames } from './scored-names.ts';

export const command: CommandSpec = {
  name: 'zintercard',
  arity: -3,
  flags: ['readonly', 'movablekeys'],
  keySpecs: [{ flags: ['RO', 'access'], begin: 1, find: { countAt: 0, first: 1, step: 1 } }],
  group: 'sorted-set',
  since: '7.0.0',
  summary: 'Returns how many members several sorted sets have in common.',
  syntax: '<numkeys> <key> [<key> ...] [LIMIT <limit>]',
  complexity: 'O(N*K), N being the smallest of K sorted sets',
  run: zInterCard,
};

const form = { operation: 'inter', countAt: 1, countsOnly: true } as const;

function zInterCard(call: Call): void {
  const combination = readCombination(call, form);
  if (sizeOfAll(combination) < call.sliceSizes.largeElementsMin) {
    call.reply.integer(combine(call, 'inter', combination).size);
    return;
  }
  const keys = combination.sources.map((_, i) => i + 2);
  call.services.largeWork.run(call, keys, slices);
}

function* slices(call: Call): Work {
  const result = new ScoredNames(call.store.hash);
  const isWhole = yield* combineInSteps(call, 'inter', readCombination(call, form), result);
  if (isWhole) call.reply.integer(result.size);
  return isWhole;
}
