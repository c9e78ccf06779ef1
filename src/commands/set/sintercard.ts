// SINTERCARD numkeys key [key ...] [LIMIT n]: how many members all of the sets have.
// https://redis.io/commands/sintercard
import { CommandError } from '../../base/errors.ts';
import { limitNegative, numKeysPositive, numKeysTooMany } from '../../resp/errors.ts';
import type { Call } from '../call.ts';
import type { CommandSpec } from '../command.ts';
import { replyOperation } from './algebra.ts';

export const command: CommandSpec = {
  name: 'sintercard',
  arity: -3,
  flags: ['readonly', 'movablekeys'],
  keySpecs: [{ flags: ['RO', 'access'], begin: 1, find: { countAt: 0, first: 1, step: 1 } }],
  group: 'set',
  since: '7.0.0',
  summary: 'Counts what is in all of the sets.',
  syntax: '<numkeys> <key>... [LIMIT <limit>]',
  complexity: 'O(N*M) for N members of the smallest of M sets',
  run: sintercard,
};

function sintercard(call: Call): void {
  const count = call.integer(1, numKeysPositive);
  if (count < 1) throw new CommandError(numKeysPositive);
  const end = 2 + count;
  if (end > call.argc) throw new CommandError(numKeysTooMany);
  let limit = 0;
  for (let i = end; i < call.argc; i += 2) {
    if (!call.is(i, 'limit') || i + 1 >= call.argc) call.syntaxError();
    limit = call.integer(i + 1, limitNegative);
    if (limit < 0) throw new CommandError(limitNegative);
  }
  replyOperation(call, 'inter', 2, end, true, limit);
}
