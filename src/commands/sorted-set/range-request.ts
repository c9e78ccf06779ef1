// Reads the arguments of ZRANGE and its older kin: kind of range, direction, limit, scores. An older command has its
// kind and direction in its name and takes no word for them.
import { CommandError } from '../../base/errors.ts';
import { limitNeedsRange, withScoresNotByLex } from '../../resp/errors.ts';
import type { SortedSetCursor } from '../../store/sorted-set-cursor.ts';
import type { Call } from '../call.ts';
import { placeRange, type Range, type RangeKind, type Ranks, readRange } from './range.ts';

export interface RangeRequest {
  readonly range: Range;
  readonly reverse: boolean;
  readonly withScores: boolean;
  readonly offset: number;
  /** Negative: all. */
  readonly limit: number;
}

export interface RangeForm {
  /** The argument that is the first bound. */
  readonly first: number;
  /** Undefined: the request says it. */
  readonly kind?: RangeKind;
  readonly reverse?: boolean;
  /** There is no reply that scores could be in. */
  readonly stores?: boolean;
}

export function readRangeRequest(call: Call, form: RangeForm): RangeRequest {
  let { kind, reverse } = form;
  let withScores = false;
  let offset = 0;
  let limit = -1;
  for (let i = form.first + 2; i < call.argc; i++) {
    if (form.stores !== true && call.is(i, 'withscores')) withScores = true;
    else if (call.is(i, 'limit') && i + 2 < call.argc) {
      offset = Number(call.bigInteger(i + 1));
      limit = Number(call.bigInteger(i + 2));
      i += 2;
    } else if (reverse === undefined && call.is(i, 'rev')) reverse = true;
    else if (kind === undefined && call.is(i, 'bylex')) kind = 'lex';
    else if (kind === undefined && call.is(i, 'byscore')) kind = 'score';
    else call.syntaxError();
  }
  kind ??= 'rank';
  if (limit !== -1 && kind === 'rank') throw new CommandError(limitNeedsRange);
  if (withScores && kind === 'lex') throw new CommandError(withScoresNotByLex);
  const swapped = reverse === true && kind !== 'rank';
  const range = readRange(
    call,
    kind,
    swapped ? form.first + 1 : form.first,
    swapped ? form.first : form.first + 1,
  );
  return { range, reverse: reverse === true, withScores, offset, limit };
}

/** The ranks that a request means, its limit applied. */
export function placeRequest(call: Call, request: RangeRequest, cursor: SortedSetCursor): Ranks {
  const { range, reverse, offset, limit } = request;
  const { first, end } = placeRange(call, range, cursor);
  if (range.kind === 'rank' && reverse) return { first: cursor.size - end, end: cursor.size - first };
  if (offset < 0 || offset >= end - first) return { first: 0, end: 0 };
  const count = limit < 0 ? end - first - offset : Math.min(limit, end - first - offset);
  if (reverse) return { first: end - offset - count, end: end - offset };
  return { first: first + offset, end: first + offset + count };
}
