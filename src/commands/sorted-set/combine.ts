// Union, intersection and difference of sorted sets: reading the request and computing the result before anything is
// stored or replied, in steps between which others may run. Scores are weighted, then aggregated; what would be no
// number counts as zero.
import { atOnce } from '../../base/at-once.ts';
import { CommandError } from '../../base/errors.ts';
import { limitNegative, noInputKeys, weightNotAFloat } from '../../resp/errors.ts';
import type { Call } from '../call.ts';
import { readScore } from './read-score.ts';
import { ScoredNames } from './scored-names.ts';
import { openSource, type Source } from './sources.ts';

export type Operation = 'union' | 'inter' | 'diff';
type Aggregate = 'sum' | 'min' | 'max';

export interface Combination {
  readonly sources: readonly Source[];
  readonly weights: readonly number[];
  readonly aggregate: Aggregate;
  readonly withScores: boolean;
  /** ZINTERCARD: count no further; 0 = no limit. */
  readonly limit: number;
}

/** What a command of the family takes. */
export interface CombinationForm {
  readonly operation: Operation;
  /** The argument that says how many keys follow. */
  readonly countAt: number;
  readonly stores?: boolean;
  readonly countsOnly?: boolean;
}

export function readCombination(call: Call, form: CombinationForm): Combination {
  const { countAt } = form;
  const count = Number(call.bigInteger(countAt));
  if (count < 1) throw new CommandError(noInputKeys(call.name));
  if (count > call.argc - countAt - 1) call.syntaxError();
  const sources: Source[] = [];
  for (let i = countAt + 1; i <= countAt + count; i++) sources.push(openSource(call, i));
  const weights = sources.map(() => 1);
  let aggregate: Aggregate = 'sum';
  let withScores = false;
  let limit = 0;
  const isWeighted = form.operation !== 'diff' && form.countsOnly !== true;
  for (let i = countAt + 1 + count; i < call.argc; i++) {
    if (isWeighted && call.is(i, 'weights') && i + count < call.argc) {
      for (let n = 0; n < count; n++) weights[n] = readScore(call, ++i, weightNotAFloat);
    } else if (isWeighted && call.is(i, 'aggregate') && i + 1 < call.argc) {
      aggregate = readAggregate(call, ++i);
    } else if (form.stores !== true && form.countsOnly !== true && call.is(i, 'withscores'))
      withScores = true;
    else if (form.countsOnly === true && call.is(i, 'limit') && i + 1 < call.argc) {
      limit = Number(call.bigInteger(++i, limitNegative));
      if (limit < 0) throw new CommandError(limitNegative);
    } else call.syntaxError();
  }
  return { sources, weights, aggregate, withScores, limit };
}

function readAggregate(call: Call, i: number): Aggregate {
  for (const name of ['sum', 'min', 'max'] as const) if (call.is(i, name)) return name;
  return call.syntaxError();
}

function numberOrZero(value: number): number {
  return Number.isNaN(value) ? 0 : value;
}

function aggregated(aggregate: Aggregate, a: number, b: number): number {
  if (aggregate === 'sum') return numberOrZero(a + b);
  if (aggregate === 'min') return b < a ? b : a;
  return b > a ? b : a;
}

/** A result while it grows. */
export interface Scores {
  readonly size: number;
  /** Puts a member with its score, or with what `joined` makes of that and the one that it has. */
  putScored(
    u8: Uint8Array,
    offset: number,
    length: number,
    score: number,
    joined?: (before: number, score: number) => number,
  ): void;
}

/** What is done in steps; false where an input has changed meanwhile. */
export type Steps = Generator<void, boolean, void>;

/** The whole result; in the order of a sorted set only once it is sorted. */
export function combine(call: Call, operation: Operation, combination: Combination): ScoredNames {
  const result = new ScoredNames(call.store.hash);
  atOnce(combineInSteps(call, operation, combination, result));
  return result;
}

/** Elements of all inputs. */
export function sizeOfAll({ sources }: Combination): number {
  return sources.reduce((sum, source) => sum + source.size, 0);
}

/** Puts what the operation makes of the inputs into the result. */
export function* combineInSteps(
  call: Call,
  operation: Operation,
  combination: Combination,
  result: Scores,
): Steps {
  const { aggregate, limit } = combination;
  const weighted = combination.sources.map((source, i) => ({ source, weight: combination.weights[i]! }));
  if (operation !== 'diff') weighted.sort((a, b) => a.source.size - b.source.size);
  const joined = (before: number, score: number): number => aggregated(aggregate, before, score);
  if (operation === 'union') {
    for (const { source, weight } of weighted) {
      const isWhole = yield* parts(call, source, [], (names, i) => {
        const score = numberOrZero(names.score(i) * weight);
        result.putScored(names.bytes, names.offset(i), names.length(i), score, joined);
        return true;
      });
      if (!isWhole) return false;
    }
    return true;
  }
  const [first, ...others] = weighted;
  const rest = others.map(({ source }) => source);
  return yield* parts(call, first!.source, rest, (names, i) => {
    const score = names.score(i);
    const total =
      operation === 'diff'
        ? without(rest, names, i)
        : shared(others, aggregate, names, i, numberOrZero(score * first!.weight));
    if (!Number.isNaN(total)) result.putScored(names.bytes, names.offset(i), names.length(i), total);
    return limit === 0 || result.size < limit;
  });
}

/** Copies of all members of an input, some at a time; `others` are asked for them. `visit` returns false to end it. */
function* parts(
  call: Call,
  source: Source,
  others: readonly Source[],
  visit: (names: ScoredNames, i: number) => boolean,
): Steps {
  for (let from = 0; ; ) {
    const names = new ScoredNames(call.store.hash);
    from = source.visit(from, call.sliceSizes.elements, (...member) => names.append(...member));
    for (let i = 0; i < names.size; i++) if (!visit(names, i)) return true;
    if (from === 0) return true;
    yield;
    if (![source, ...others].every((one) => one.stand())) return false;
  }
}

/** The score of a member in all inputs together, `first` being that in the first one; NaN where one has it not. */
function shared(
  others: readonly { readonly source: Source; readonly weight: number }[],
  aggregate: Aggregate,
  names: ScoredNames,
  i: number,
  first: number,
): number {
  let total = first;
  for (const { source, weight } of others) {
    const score = source.scoreOf(names.bytes, names.offset(i), names.length(i));
    if (Number.isNaN(score)) return Number.NaN;
    total = aggregated(aggregate, total, score * weight);
  }
  return total;
}

/** The score of a member that no other input has; NaN where one has it. */
function without(others: readonly Source[], names: ScoredNames, i: number): number {
  const isIn = (other: Source): boolean =>
    !Number.isNaN(other.scoreOf(names.bytes, names.offset(i), names.length(i)));
  return others.some(isIn) ? Number.NaN : names.score(i);
}
