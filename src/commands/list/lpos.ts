// LPOS key element [RANK n] [COUNT n] [MAXLEN n]: the indexes of elements of a value. https://redis.io/commands/lpos
import { atOnce } from '../../base/at-once.ts';
import { CommandError } from '../../base/errors.ts';
import { countNegative, maxLengthNegative, rankZero, valueNotBetween } from '../../resp/errors.ts';
import type { Lists } from '../../store/lists.ts';
import type { Call } from '../call.ts';
import type { CommandSpec } from '../command.ts';
import type { Work } from '../large-work.ts';
import { openList, readList } from './open-list.ts';

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
  /** The same, one in place of undefined. */
  wanted: number;
  /** Elements to look at, 0 = all. */
  lookMax: number;
}

function lpos(call: Call): void {
  const options = readOptions(call);
  const { lookMax, wanted } = options;
  const lists = readList(call, 1);
  const { largeElementsMin } = call.sliceSizes;
  const looks = lists === undefined ? 0 : lookMax === 0 ? lists.size : Math.min(lookMax, lists.size);
  const found =
    lists === undefined ? [] : atOnce(look(call, lists, options, Math.min(looks, largeElementsMin)));
  const isEnough = wanted > 0 && found.length === wanted;
  if (looks <= largeElementsMin || isEnough) reply(call, options, found);
  else call.services.largeWork.run(call, [1], (own) => slices(own, options));
}

/** Looks for the value among so many elements, 0 = all. */
function look(
  { buf, args }: Call,
  { reader }: Lists,
  { rank, wanted }: Options,
  lookMax: number,
): Generator<void, number[], void> {
  const [offset, length] = [args.offsets[2]!, args.lengths[2]!];
  return reader.matching(buf, offset, length, rank < 0, lookMax, Math.abs(rank) - 1, wanted);
}

function* slices(call: Call, options: Options): Work {
  // The command has counted its read.
  const lists = openList(call, 1);
  if (lists.at === 0) return false;
  const steps = look(call, lists, options, options.lookMax);
  for (;;) {
    const { done, value } = steps.next();
    if (done === true) {
      reply(call, options, value);
      return true;
    }
    yield;
    if (openList(call, 1).at === 0) return false;
  }
}

function reply({ reply: out }: Call, { count }: Options, found: readonly number[]): void {
  if (count !== undefined) {
    out.array(found.length);
    for (const index of found) out.integer(index);
  } else if (found[0] === undefined) out.nil();
  else out.integer(found[0]);
}

function readOptions(call: Call): Options {
  const options: Options = { rank: 1, count: undefined, wanted: 1, lookMax: 0 };
  for (let i = 3; i < call.argc; i += 2) {
    if (i + 1 >= call.argc) call.syntaxError();
    if (call.is(i, 'rank')) {
      const rank = call.bigInteger(i + 1);
      if (rank < -rankMax) throw new CommandError(valueNotBetween(-rankMax, rankMax));
      options.rank = Number(rank);
      if (options.rank === 0) throw new CommandError(rankZero);
    } else if (call.is(i, 'count')) {
      options.count = positive(call, i + 1, countNegative);
      options.wanted = options.count;
    } else if (call.is(i, 'maxlen')) options.lookMax = positive(call, i + 1, maxLengthNegative);
    else call.syntaxError();
  }
  return options;
}

function positive(call: Call, i: number, message: string): number {
  const value = call.bigInteger(i, message);
  if (value < 0n) throw new CommandError(message);
  return Number(value);
}
