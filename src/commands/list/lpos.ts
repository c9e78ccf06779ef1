// LPOS key element [RANK n] [COUNT n] [MAXLEN n]: the indexes of elements of a value. https://redis.io/commands/lpos
import { CommandError } from '../../base/errors.ts';
import { countNegative, maxLengthNegative, rankZero, valueNotBetween } from '../../resp/errors.ts';
import type { Call } from '../call.ts';
import type { CommandSpec } from '../command.ts';
import { readList } from './open-list.ts';

export const command: CommandSpec = {
  name: 'lpos',
  arity: -3,
  flags: ['readonly'],
  keys: { first: 1, last: 1, step: 1 },
  keyFlags: ['RO', 'access'],
  group: 'list',
  since: '6.0.6',
  summary: 'Returns the indexes of the elements of a given value.',
  syntax: '<key> <element> [RANK <rank>] [COUNT <num-matches:integer>] [MAXLEN <len>]',
  complexity: 'O(N), N being the elements looked at',
  run: lpos,
};

const rankMax = 2n ** 63n - 1n;

interface Options {
  rank: number;
  /** Matches wanted, 0 = all; undefined = one, as a plain reply. */
  count: number | undefined;
  /** Elements to look at, 0 = all. */
  lookMax: number;
}

function lpos(call: Call): void {
  const { reply } = call;
  const { rank, count, lookMax } = readOptions(call);
  const lists = readList(call, 1);
  const wanted = count ?? 1;
  const found =
    lists?.reader.matches(
      call.buf,
      call.offset(2),
      call.length(2),
      rank < 0,
      lookMax,
      Math.abs(rank) - 1,
      wanted,
    ) ?? [];
  if (count !== undefined) {
    reply.array(found.length);
    for (const index of found) reply.integer(index);
  } else if (found[0] === undefined) reply.nil();
  else reply.integer(found[0]);
}

function readOptions(call: Call): Options {
  const options: Options = { rank: 1, count: undefined, lookMax: 0 };
  for (let i = 3; i < call.argc; i += 2) {
    if (i + 1 >= call.argc) call.syntaxError();
    if (call.is(i, 'rank')) {
      const rank = call.bigInteger(i + 1);
      if (rank < -rankMax) throw new CommandError(valueNotBetween(-rankMax, rankMax));
      options.rank = Number(rank);
      if (options.rank === 0) throw new CommandError(rankZero);
    } else if (call.is(i, 'count')) options.count = positive(call, i + 1, countNegative);
    else if (call.is(i, 'maxlen')) options.lookMax = positive(call, i + 1, maxLengthNegative);
    else call.syntaxError();
  }
  return options;
}

function positive(call: Call, i: number, message: string): number {
  const value = call.bigInteger(i, message);
  if (value < 0n) throw new CommandError(message);
  return Number(value);
}
