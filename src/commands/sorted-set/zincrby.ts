// ZINCRBY key increment member: adds to the score of a member, which begins at zero. Every node counts for itself, so
// what several nodes add apart adds up. https://redis.io/commands/zincrby
import type { Call } from '../call.ts';
import type { CommandSpec } from '../command.ts';
import { incrementMember } from './add-members.ts';
import { readAddOptions } from './add-options.ts';
import { readScore } from './read-score.ts';

export const command: CommandSpec = {
  name: 'zincrby',
  arity: 4,
  flags: ['write', 'denyoom', 'fast'],
  keys: { first: 1, last: 1, step: 1, element: 3 },
  keyFlags: ['RW', 'access', 'update'],
  group: 'sorted-set',
  since: '1.2.0',
  summary: 'Adds to the score of a member.',
  syntax: '<key> <increment:double> <member>',
  complexity: 'O(log(N)), N being the size of the sorted set',
  run: zIncrBy,
};

function zIncrBy(call: Call): void {
  // Behind one there is too little left.
  if (readAddOptions(call).next !== 2) call.syntaxError();
  incrementMember(call, 3, readScore(call, 2), 0);
}
