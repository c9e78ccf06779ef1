// Union, intersection and difference of sorted sets: reading the request and computing the result, in a buffer of its
// own, before anything is stored. Scores are weighted, then aggregated; what would be no number counts as zero.
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

/** The result; in the order of a sorted set only once it is sorted. */
export function combine(call: Call, operation: Operation, combination: Combination): ScoredNames {
  const result = new ScoredNames(call.store.hash);
  const weighted = combination.sources.map((source, i) => ({ source, weight: combination.weights[i]! }));
  if (operation === 'diff') return difference(result, combination.sources);
  weighted.sort((a, b) => a.source.size - b.source.size);
  const { aggregate } = combination;
  if (operation === 'union') {
    for (const { source, weight } of weighted) {
      source.each((u8, offset, length, score) => {
        const value = numberOrZero(score * weight);
        const before = result.size;
        const i = result.add(u8, offset, length, value);
        if (result.size === before) result.setScore(i, aggregated(aggregate, result.score(i), value));
      });
    }
    return result;
  }
  const [smallest, ...others] = weighted;
  const first = new ScoredNames(call.store.hash);
  smallest!.source.each((u8, offset, length, score) => {
    first.append(u8, offset, length, numberOrZero(score * smallest!.weight));
  });
  for (let i = 0; i < first.size; i++) {
    let total = first.score(i);
    for (const { source, weight } of others) {
      const score = source.scoreOf(first.bytes, first.offset(i), first.length(i));
      total = Number.isNaN(score) ? Number.NaN : aggregated(aggregate, total, score * weight);
      if (Number.isNaN(total)) break;
    }
    if (!Number.isNaN(total)) result.append(first.bytes, first.offset(i), first.length(i), total);
    if (combination.limit > 0 && result.size === combination.limit) break;
  }
  return result;
}

function difference(names: ScoredNames, sources: readonly Source[]): ScoredNames {
  const [first, ...others] = sources;
  first!.each((u8, offset, length, score) => names.append(u8, offset, length, score));
  const isIn = (other: Source, i: number): boolean =>
    !Number.isNaN(other.scoreOf(names.bytes, names.offset(i), names.length(i)));
  return names.without((i) => others.some((other) => isIn(other, i)));
}
