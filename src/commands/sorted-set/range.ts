// The three ways to say which elements of a sorted set are meant: by rank, by score, by member. Arguments are read
// before the key is looked up, as in Redis; `placeRange` then turns them into ranks of the set that a cursor stands on.
import { CommandError } from '../../base/errors.ts';
import { notAFloatRange, notALexRange } from '../../resp/errors.ts';
import { parseSafeInt } from '../../store/number.ts';
import type { SortedSetCursor } from '../../store/sorted-set-cursor.ts';
import type { Call } from '../call.ts';
import { parseBound } from './read-score.ts';

export type RangeKind = 'rank' | 'score' | 'lex';

export type Range =
  | { readonly kind: 'rank'; readonly start: number; readonly stop: number }
  | {
      readonly kind: 'score';
      readonly min: number;
      readonly max: number;
      readonly minOpen: boolean;
      readonly maxOpen: boolean;
    }
  | { readonly kind: 'lex'; readonly min: LexBound; readonly max: LexBound };

/** A member, or before or behind all of them. */
interface LexBound {
  readonly at: 'front' | 'member' | 'end';
  readonly open: boolean;
  readonly offset: number;
  readonly length: number;
}

/** Ranks first to end - 1. */
export interface Ranks {
  readonly first: number;
  readonly end: number;
}

const minus = 45;
const plus = 43;
const roundBracket = 40;
const squareBracket = 91;

/** Arguments `i` and `k`, of which `i` is the lower bound. */
export function readRange(call: Call, kind: RangeKind, i: number, k: number): Range {
  if (kind === 'rank') return { kind, start: readRank(call, i), stop: readRank(call, k) };
  if (kind === 'lex') return { kind, min: readLexBound(call, i), max: readLexBound(call, k) };
  const [minOpen, maxOpen] = [isOpen(call, i), isOpen(call, k)];
  return {
    kind,
    min: readScoreBound(call, i, minOpen),
    max: readScoreBound(call, k, maxOpen),
    minOpen,
    maxOpen,
  };
}

/** A rank beyond 2^53 is as good as one at the end of it. */
function readRank(call: Call, i: number): number {
  return parseSafeInt(call.buf, call.offset(i), call.length(i)) ?? Number(call.bigInteger(i));
}

function isOpen(call: Call, i: number): boolean {
  return call.length(i) > 0 && call.buf[call.offset(i)] === roundBracket;
}

function readScoreBound(call: Call, i: number, open: boolean): number {
  const skip = open ? 1 : 0;
  // Nothing at all is zero to Redis.
  if (call.length(i) === skip) return 0;
  const value = parseBound(call.buf, call.offset(i) + skip, call.length(i) - skip);
  if (Number.isNaN(value)) throw new CommandError(notAFloatRange);
  return value;
}

function readLexBound(call: Call, i: number): LexBound {
  const offset = call.offset(i);
  const length = call.length(i);
  const mark = length > 0 ? call.buf[offset]! : 0;
  if (length === 1 && mark === minus) return { at: 'front', open: false, offset: 0, length: 0 };
  if (length === 1 && mark === plus) return { at: 'end', open: false, offset: 0, length: 0 };
  if (mark !== roundBracket && mark !== squareBracket) throw new CommandError(notALexRange);
  return { at: 'member', open: mark === roundBracket, offset: offset + 1, length: length - 1 };
}

/** The ranks of the elements meant, of which there may be none. */
export function placeRange(call: Call, range: Range, cursor: SortedSetCursor): Ranks {
  const { size } = cursor;
  if (range.kind === 'rank') {
    const start = range.start < 0 ? Math.max(0, range.start + size) : range.start;
    const stop = range.stop < 0 ? range.stop + size : Math.min(range.stop, size - 1);
    return start > stop || start >= size ? { first: 0, end: 0 } : { first: start, end: stop + 1 };
  }
  if (range.kind === 'score') {
    const first = cursor.ranksBelow(range.min, range.minOpen);
    return { first, end: Math.max(first, cursor.ranksBelow(range.max, !range.maxOpen)) };
  }
  const first = placeLexBound(call, range.min, range.min.open, cursor);
  return { first, end: Math.max(first, placeLexBound(call, range.max, !range.max.open, cursor)) };
}

function placeLexBound(call: Call, bound: LexBound, behind: boolean, cursor: SortedSetCursor): number {
  if (bound.at !== 'member') return bound.at === 'front' ? 0 : cursor.size;
  return cursor.ranksBelowMember(call.buf, bound.offset, bound.length, behind);
}
