// Reads the arguments of GEOSEARCH, GEORADIUS and their kin into one request. Which words are taken, and where the
// center and the shape stand, is the command's form; errors come in the order in which Redis finds them.
import { CommandError } from '../../base/errors.ts';
import {
  anyNeedsCount,
  centerMissing,
  geoCountNotPositive,
  memberNotDecoded,
  shapeMissing,
  storeClashes,
} from '../../resp/errors.ts';
import type { SortedSetCursor } from '../../store/sorted-set-cursor.ts';
import type { Call } from '../call.ts';
import { decodePlace, type Place } from './geo-encoding.ts';
import { readBox, readPlace, readRadius } from './read-place.ts';
import type { Shape } from './search-cells.ts';

export interface SearchForm {
  readonly kind: 'search' | 'searchstore' | 'radius' | 'radiusbymember';
  /** The argument that is the key. */
  readonly key: number;
  /** STORE and STOREDIST are taken. */
  readonly mayStore?: boolean;
}

export interface SearchRequest {
  /** Undefined only where the key is not there. */
  shape: Shape | undefined;
  /** Meters of the unit that distances are in. */
  unit: number;
  withDistance: boolean;
  withHash: boolean;
  withPlace: boolean;
  /** 0 = all. */
  count: number;
  unordered: boolean;
  order: 'none' | 'ascending' | 'descending';
  /** The argument that is the destination; 0 = reply. */
  destination: number;
  storesDistance: boolean;
}

interface Parts {
  center: Place | undefined;
  centerGiven: 'none' | 'member' | 'place';
  shape: { radius: number } | { width: number; height: number } | undefined;
}

/** `cursor`: on the set that is searched; undefined where there is none. */
export function readSearchRequest(
  call: Call,
  form: SearchForm,
  cursor: SortedSetCursor | undefined,
): SearchRequest {
  const request: SearchRequest = {
    shape: undefined,
    unit: 1,
    withDistance: false,
    withHash: false,
    withPlace: false,
    count: 0,
    unordered: false,
    order: 'none',
    destination: form.kind === 'searchstore' ? 1 : 0,
    storesDistance: false,
  };
  const parts: Parts = { center: undefined, centerGiven: 'none', shape: undefined };
  const first = readFixed(call, form, cursor, request, parts);
  for (let i = first; i < call.argc; ) i = readWord(call, form, cursor, request, parts, i);
  check(call, form, request, parts);
  const { center, shape } = parts;
  if (center !== undefined && shape !== undefined) {
    request.shape =
      'radius' in shape ? { kind: 'circle', center, ...shape } : { kind: 'box', center, ...shape };
  }
  return request;
}

/** What stands at a fixed place in GEORADIUS and GEORADIUSBYMEMBER; returns where the words begin. */
function readFixed(
  call: Call,
  form: SearchForm,
  cursor: SortedSetCursor | undefined,
  request: SearchRequest,
  parts: Parts,
): number {
  if (form.kind === 'search' || form.kind === 'searchstore') return form.key + 1;
  const byMember = form.kind === 'radiusbymember';
  const after = byMember ? 3 : 4;
  if (byMember && cursor === undefined) return after + 2;
  parts.center = byMember ? placeOfMember(call, cursor, 2) : readPlace(call, 2);
  const { radius, unit } = readRadius(call, after);
  parts.shape = { radius };
  request.unit = unit;
  return after + 2;
}

function placeOfMember(call: Call, cursor: SortedSetCursor | undefined, i: number): Place | undefined {
  if (cursor === undefined) return undefined;
  if (!cursor.find(call.buf, call.offset(i), call.length(i))) throw new CommandError(memberNotDecoded);
  return decodePlace(cursor.score);
}

/** Reads the word in argument i and what belongs to it; returns where the next one is. */
function readWord(
  call: Call,
  form: SearchForm,
  cursor: SortedSetCursor | undefined,
  request: SearchRequest,
  parts: Parts,
  i: number,
): number {
  const behind = call.argc - 1 - i;
  if (call.is(i, 'withdist')) request.withDistance = true;
  else if (call.is(i, 'withhash')) request.withHash = true;
  else if (call.is(i, 'withcoord')) request.withPlace = true;
  else if (call.is(i, 'any')) request.unordered = true;
  else if (call.is(i, 'asc')) request.order = 'ascending';
  else if (call.is(i, 'desc')) request.order = 'descending';
  else if (call.is(i, 'count') && behind >= 1) {
    request.count = Number(call.bigInteger(i + 1));
    if (request.count <= 0) throw new CommandError(geoCountNotPositive);
    return i + 2;
  } else if (form.mayStore === true && behind >= 1 && (call.is(i, 'store') || call.is(i, 'storedist'))) {
    request.destination = i + 1;
    request.storesDistance = call.is(i, 'storedist');
    return i + 2;
  } else if (form.kind === 'searchstore' && call.is(i, 'storedist')) request.storesDistance = true;
  else if (form.kind === 'search' || form.kind === 'searchstore') {
    return readSearchWord(call, cursor, request, parts, i, behind);
  } else call.syntaxError();
  return i + 1;
}

function readSearchWord(
  call: Call,
  cursor: SortedSetCursor | undefined,
  request: SearchRequest,
  parts: Parts,
  i: number,
  behind: number,
): number {
  const { centerGiven, shape } = parts;
  if (call.is(i, 'frommember') && behind >= 1 && centerGiven !== 'place') {
    parts.center = placeOfMember(call, cursor, i + 1);
    parts.centerGiven = 'member';
    return i + 2;
  }
  if (call.is(i, 'fromlonlat') && behind >= 2 && centerGiven !== 'member') {
    parts.center = readPlace(call, i + 1);
    parts.centerGiven = 'place';
    return i + 3;
  }
  if (call.is(i, 'byradius') && behind >= 2 && (shape === undefined || 'radius' in shape)) {
    const { radius, unit } = readRadius(call, i + 1);
    parts.shape = { radius };
    request.unit = unit;
    return i + 3;
  }
  if (call.is(i, 'bybox') && behind >= 3 && (shape === undefined || 'width' in shape)) {
    const { width, height, unit } = readBox(call, i + 1);
    parts.shape = { width, height };
    request.unit = unit;
    return i + 4;
  }
  return call.syntaxError();
}

function check(call: Call, form: SearchForm, request: SearchRequest, parts: Parts): void {
  const isSearch = form.kind === 'search' || form.kind === 'searchstore';
  if (request.destination > 0 && (request.withDistance || request.withHash || request.withPlace)) {
    throw new CommandError(storeClashes(isSearch ? 'GEOSEARCHSTORE' : 'STORE option in GEORADIUS'));
  }
  if (isSearch && parts.centerGiven === 'none') throw new CommandError(centerMissing(call.text(0)));
  if (isSearch && parts.shape === undefined) throw new CommandError(shapeMissing(call.text(0)));
  if (request.unordered && request.count === 0) throw new CommandError(anyNeedsCount);
}
