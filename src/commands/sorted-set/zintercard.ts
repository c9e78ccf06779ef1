// ZINTERCARD numkeys key [key ...] [LIMIT limit]: how many members several sorted sets have in common, counted up to
// the limit. https://redis.io/commands/zintercard
import type { Call } from '../call.ts';
import type { CommandSpec } from '../command.ts';
import { combine, readCombination } from './combine.ts';

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

function zInterCard(call: Call): void {
  const combination = readCombination(call, { operation: 'inter', countAt: 1, countsOnly: true });
  call.reply.integer(combine(call, 'inter', combination).size);
}
