// ZADD key [NX | XX] [GT | LT] [CH] [INCR] score member [score member ...]: adds members or gives them new scores.
// https://redis.io/commands/zadd
import { CommandError } from '../../base/errors.ts';
import { incrementTooMany, sortedSetConditionsClash, sortedSetExistenceClash } from '../../resp/errors.ts';
import { Condition } from '../../store/sorted-sets.ts';
import type { Call } from '../call.ts';
import type { CommandSpec } from '../command.ts';
import { isOneOf } from '../keys-of.ts';
import { addMembers, incrementMember } from './add-members.ts';
import { readAddOptions } from './add-options.ts';
import { readScore } from './read-score.ts';

export const command: CommandSpec = {
  name: 'zadd',
  arity: -4,
  flags: ['write', 'denyoom', 'fast'],
  keys: { first: 1, last: 1, step: 1, element: 3 },
  keyFlags: ['RW', 'update'],
  onUnheld: (args) => (isOneOf(args, 2, ['nx', 'xx', 'gt', 'lt', 'ch', 'incr']) ? 'needs' : 'adds'),
  group: 'sorted-set',
  since: '1.2.0',
  summary: 'Puts members into a sorted set, or changes their scores.',
  syntax: '<key> [NX|XX] [GT|LT] [CH] [INCR] <score> <member> [<score> <member> ...]',
  complexity: 'O(log(N)) for each member, N being the size of the sorted set',
  run: zAdd,
};

function zAdd(call: Call): void {
  const { condition, countChanged, increments, next } = readAddOptions(call);
  const rest = call.argc - next;
  if (rest === 0 || rest % 2 !== 0) call.syntaxError();
  const has = (bit: number): boolean => (condition & bit) !== 0;
  if (has(Condition.isNew) && has(Condition.exists)) throw new CommandError(sortedSetExistenceClash);
  const bounds = (has(Condition.greater) ? 1 : 0) + (has(Condition.less) ? 1 : 0);
  if (bounds === 2 || (bounds === 1 && has(Condition.isNew)))
    throw new CommandError(sortedSetConditionsClash);
  if (increments && rest > 2) throw new CommandError(incrementTooMany);
  if (increments) {
    incrementMember(call, next + 1, readScore(call, next), condition);
    return;
  }
  const scoreOf = (own: Call, n: number): number => readScore(own, next + 2 * n);
  addMembers(call, { condition, countChanged, count: rest / 2, scoreOf, firstMember: next + 1, step: 2 });
}
