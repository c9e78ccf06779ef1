// Searches a sorted set of places: the body of GEOSEARCH, GEORADIUS and their kin. What is found is copied out of the
// arena, put in order where that is asked for, and then replied with or stored.
import type { SortedSetCursor } from '../../store/sorted-set-cursor.ts';
import type { Call } from '../call.ts';
import { openToRead } from '../sorted-set/find-sorted-set.ts';
import { ScoredNames } from '../sorted-set/scored-names.ts';
import { storeResult } from '../sorted-set/store-result.ts';
import { decodePlace, scoresOf } from './geo-encoding.ts';
import { replyDistance, replyPlace } from './read-place.ts';
import { distanceWithin, type Shape, searchCells } from './search-cells.ts';
import { readSearchRequest, type SearchForm, type SearchRequest } from './search-request.ts';

export function search(call: Call, form: SearchForm): void {
  const cursor = openToRead(call, form.key);
  const request = readSearchRequest(call, form, cursor);
  const found = new ScoredNames(call.store.hash);
  const meters: number[] = [];
  const limit = request.unordered ? request.count : 0;
  if (cursor !== undefined && request.shape !== undefined)
    collect(cursor, request.shape, limit, found, meters);
  const order = inOrder(request, meters);
  if (request.destination === 0) reply(call, request, found, meters, order);
  else store(call, form, request, found, meters, order);
}

/** `limit`: enough; 0 = all. */
function collect(
  cursor: SortedSetCursor,
  shape: Shape,
  limit: number,
  found: ScoredNames,
  meters: number[],
): void {
  for (const cell of searchCells(shape)) {
    const { min, end } = scoresOf(cell);
    const last = cursor.ranksBelow(end, false);
    const first = cursor.ranksBelow(min, false);
    cursor.seekRank(first);
    for (let rank = first; rank < last && cursor.next(); rank++) {
      const within = distanceWithin(shape, decodePlace(cursor.score));
      if (within === undefined) continue;
      found.append(cursor.u8, cursor.memberOffset, cursor.memberLength, cursor.score);
      meters.push(within);
      if (limit > 0 && found.size >= limit) return;
    }
  }
}

/** The indexes of what is asked for. A count without an order means the nearest, unless any will do. */
function inOrder(request: SearchRequest, meters: readonly number[]): number[] {
  const indexes = meters.map((_, i) => i);
  const { count, unordered, order } = request;
  if (order === 'descending') indexes.sort((a, b) => meters[b]! - meters[a]!);
  else if (order === 'ascending' || (count > 0 && !unordered))
    indexes.sort((a, b) => meters[a]! - meters[b]!);
  return count > 0 ? indexes.slice(0, count) : indexes;
}

function reply(
  call: Call,
  request: SearchRequest,
  found: ScoredNames,
  meters: readonly number[],
  order: readonly number[],
): void {
  const { withDistance, withHash, withPlace, unit } = request;
  const extras = (withDistance ? 1 : 0) + (withHash ? 1 : 0) + (withPlace ? 1 : 0);
  call.reply.array(order.length);
  for (const i of order) {
    if (extras > 0) call.reply.array(extras + 1);
    call.reply.bulk(found.bytes, found.offset(i), found.length(i));
    if (withDistance) replyDistance(call, meters[i]! / unit);
    if (withHash) call.reply.integer(Math.trunc(found.score(i)));
    if (withPlace) replyPlace(call, decodePlace(found.score(i)));
  }
}

function store(
  call: Call,
  form: SearchForm,
  request: SearchRequest,
  found: ScoredNames,
  meters: readonly number[],
  order: readonly number[],
): void {
  const result = new ScoredNames(call.store.hash);
  for (const i of order) {
    const score = request.storesDistance ? meters[i]! / request.unit : found.score(i);
    result.append(found.bytes, found.offset(i), found.length(i), score);
  }
  storeResult(
    call,
    request.destination,
    result,
    form.kind === 'searchstore' ? 'geosearchstore' : 'georadiusstore',
  );
}
