// Searches a sorted set of places: the body of GEOSEARCH, GEORADIUS and their kin. What is found is copied out of the
// arena, put in order where that is asked for, and then replied with or stored; in slices where much is to be looked
// at.
import type { KeyHash } from '../../store/hash.ts';
import type { SortedSetCursor } from '../../store/sorted-set-cursor.ts';
import type { Call } from '../call.ts';
import { sortSlices } from '../generic/sort-slices.ts';
import type { KeyEvent } from '../key-events.ts';
import { endsSlice, type Pace, type Work } from '../large-work.ts';
import type { Scores, Steps } from '../sorted-set/combine.ts';
import { openToRead, openToWrite } from '../sorted-set/find-sorted-set.ts';
import { ScoredNames } from '../sorted-set/scored-names.ts';
import { storeInSteps, storeResult } from '../sorted-set/store-result.ts';
import { decodePlace, scoresOf } from './geo-encoding.ts';
import { replyDistance, replyPlace } from './read-place.ts';
import { distanceWithin, searchCells } from './search-cells.ts';
import { readSearchRequest, type SearchForm, type SearchRequest } from './search-request.ts';

export function search(call: Call, form: SearchForm): void {
  const cursor = openToRead(call, form.key);
  const request = readSearchRequest(call, form, cursor);
  const runs = runsOf(cursor, request);
  if (runs.reduce((sum, { first, end }) => sum + end - first, 0) >= call.sliceSizes.largeElementsMin) {
    call.services.largeWork.run(call, [form.key], (own, pace) => slices(own, pace, form));
    return;
  }
  const found = new Found(call.store.hash);
  for (const { first, end } of runs) collect(cursor!, request, first, end, found);
  const order = take(request, isOrdered(request) ? found.all().sort(found.compare(request)) : found.all());
  if (request.destination === 0) {
    call.reply.array(order.length);
    for (const i of order) replyFound(call, request, found, i);
    return;
  }
  const result = new ScoredNames(call.store.hash);
  for (const i of order) found.put(i, request, result);
  storeResult(call, request.destination, result, eventOf(form));
}

/** Elements that may be within the shape, by rank. */
interface Run {
  readonly first: number;
  readonly end: number;
}

function runsOf(cursor: SortedSetCursor | undefined, { shape }: SearchRequest): Run[] {
  if (cursor === undefined || shape === undefined) return [];
  return searchCells(shape).map((cell) => {
    const { min, end } = scoresOf(cell);
    return { first: cursor.ranksBelow(min, false), end: cursor.ranksBelow(end, false) };
  });
}

/** What is within the shape: names with their scores, and how far each is. */
class Found {
  readonly names: ScoredNames;
  readonly meters: number[] = [];

  constructor(hash: KeyHash) {
    this.names = new ScoredNames(hash);
  }

  all(): number[] {
    return this.meters.map((_, i) => i);
  }

  compare({ order }: SearchRequest): (a: number, b: number) => number {
    const sign = order === 'descending' ? -1 : 1;
    return (a, b) => sign * (this.meters[a]! - this.meters[b]!);
  }

  /** Puts one into what is stored. */
  put(i: number, { storesDistance, unit }: SearchRequest, result: Scores): void {
    const { names, meters } = this;
    const score = storesDistance ? meters[i]! / unit : names.score(i);
    result.putScored(names.bytes, names.offset(i), names.length(i), score);
  }
}

/** Looks at the elements of some ranks. Returns false where there is enough. */
function collect(
  cursor: SortedSetCursor,
  { shape, unordered, count }: SearchRequest,
  first: number,
  end: number,
  found: Found,
): boolean {
  const limit = unordered ? count : 0;
  cursor.seekRank(first);
  for (let rank = first; rank < end && cursor.next(); rank++) {
    if (limit > 0 && found.meters.length >= limit) return false;
    const within = distanceWithin(shape!, decodePlace(cursor.score));
    if (within === undefined) continue;
    found.names.append(cursor.u8, cursor.memberOffset, cursor.memberLength, cursor.score);
    found.meters.push(within);
  }
  return true;
}

/** A count without an order means the nearest, unless any will do. */
function isOrdered({ order, count, unordered }: SearchRequest): boolean {
  return order !== 'none' || (count > 0 && !unordered);
}

/** So many as are asked for. */
function take<T extends { slice(from: number, end: number): T }>({ count }: SearchRequest, order: T): T {
  return count > 0 ? order.slice(0, count) : order;
}

function eventOf(form: SearchForm): KeyEvent {
  return form.kind === 'searchstore' ? 'geosearchstore' : 'georadiusstore';
}

function* slices(call: Call, pace: Pace, form: SearchForm): Work {
  const request = readSearchRequest(call, form, openToWrite(call, form.key));
  if (request.destination === 0) {
    const found = new Found(call.store.hash);
    const order = yield* searchInSteps(call, form, request, found);
    if (order === undefined) return false;
    call.reply.array(order.length);
    for (const [n, i] of order.entries()) {
      if (endsSlice(call, n)) yield;
      replyFound(call, request, found, i);
    }
    return true;
  }
  return yield* storeInSteps(call, request.destination, pace, 0, eventOf(form), (result) =>
    putInSteps(call, form, request, result),
  );
}

function* putInSteps(call: Call, form: SearchForm, request: SearchRequest, result: Scores): Steps {
  const found = new Found(call.store.hash);
  const order = yield* searchInSteps(call, form, request, found);
  if (order === undefined) return false;
  for (const [n, i] of order.entries()) {
    if (endsSlice(call, n)) yield;
    found.put(i, request, result);
  }
  return true;
}

/** Returns the indexes of what is asked for, in its order; undefined where the key is gone while others ran. */
function* searchInSteps(
  call: Call,
  form: SearchForm,
  request: SearchRequest,
  found: Found,
): Generator<void, Uint32Array | number[] | undefined, void> {
  const cursor = openToWrite(call, form.key);
  if (cursor === undefined) return [];
  for (const { first, end } of runsOf(cursor, request)) {
    for (let from = first; from < end; from += call.sliceSizes.elements) {
      if (!collect(cursor, request, from, Math.min(end, from + call.sliceSizes.elements), found)) break;
      yield;
      if (openToWrite(call, form.key) === undefined) return undefined;
    }
  }
  if (!isOrdered(request)) return take(request, found.all());
  const order = yield* sortSlices(found.meters.length, found.compare(request), call.sliceSizes.elements);
  return take(request, order);
}

function replyFound(call: Call, request: SearchRequest, { names, meters }: Found, i: number): void {
  const { withDistance, withHash, withPlace, unit } = request;
  const extras = (withDistance ? 1 : 0) + (withHash ? 1 : 0) + (withPlace ? 1 : 0);
  if (extras > 0) call.reply.array(extras + 1);
  call.reply.bulk(names.bytes, names.offset(i), names.length(i));
  if (withDistance) replyDistance(call, meters[i]! / unit);
  if (withHash) call.reply.integer(Math.trunc(names.score(i)));
  if (withPlace) replyPlace(call, decodePlace(names.score(i)));
}
