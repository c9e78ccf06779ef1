// What SORT and SORT_RO share: reading the elements of a list, set or sorted set, ordering them by themselves or by the
// keys that a pattern names, and what is told of each. Everything is read before anything is written. Values are held
// as Latin-1 texts meanwhile, which keep every byte, compare as bytes do and are a fraction of the size of buffers.
import { atOnce } from '../../base/at-once.ts';
import { CommandError } from '../../base/errors.ts';
import { infinityOf } from '../../base/infinity.ts';
import { notSortable, sortOptionDenied, stringTooLong, wrongType } from '../../resp/errors.ts';
import { argumentBytesMax } from '../../resp/request-decoder.ts';
import { EntryType } from '../../store/entry.ts';
import type { Call } from '../call.ts';
import { endsSlice } from '../large-work.ts';
import { sortSlices } from './sort-slices.ts';

export interface SortOptions {
  by: Buffer | undefined;
  /** BY a pattern without `*`: as they come. */
  unsorted: boolean;
  descending: boolean;
  alpha: boolean;
  offset: number;
  /** Negative: all. */
  count: number;
  gets: Buffer[];
  /** The argument that names where the result goes; 0 = nowhere. */
  store: number;
}

const star = 42;
/** Keys that patterns name which are fetched ahead where they were evicted. */
const patternKeysMax = 10_000;

export function readSortOptions(call: Call, mayStore: boolean): SortOptions {
  const options: SortOptions = {
    by: undefined,
    unsorted: false,
    descending: false,
    alpha: false,
    offset: 0,
    count: -1,
    gets: [],
    store: 0,
  };
  for (let i = 2; i < call.argc; i++) {
    const left = call.argc - i - 1;
    if (call.is(i, 'asc')) options.descending = false;
    else if (call.is(i, 'desc')) options.descending = true;
    else if (call.is(i, 'alpha')) options.alpha = true;
    else if (call.is(i, 'limit') && left >= 2) {
      options.offset = Math.max(0, Number(call.bigInteger(i + 1)));
      options.count = Number(call.bigInteger(i + 2));
      i += 2;
    } else if (mayStore && call.is(i, 'store') && left >= 1) options.store = ++i;
    else if (call.is(i, 'by') && left >= 1) {
      options.by = call.bytes(++i);
      options.unsorted = !options.by.includes(star);
      if (!options.unsorted) requireAllReads(call, 'BY');
    } else if (call.is(i, 'get') && left >= 1) {
      requireAllReads(call, 'GET');
      options.gets.push(call.bytes(++i));
    } else call.syntaxError();
  }
  return options;
}

/** Patterns name keys that the request does not: only who may read every key may use them. */
function requireAllReads(call: Call, option: string): void {
  const { permissions } = call.session;
  if (permissions?.canReadAnyKey(call.entry!) === false) throw new CommandError(sortOptionDenied(option));
}

/** What the command replies with or stores: undefined for a GET that finds nothing. */
export type Sorted = (string | undefined)[];

/** Done in steps; undefined where the key is gone while others ran. */
export type SortSteps = Generator<void, Sorted | undefined, void>;

/** All at once. */
export function sortElements(call: Call, options: SortOptions): Sorted {
  return atOnce(sortInSteps(call, options)) ?? [];
}

/** About how many elements the key in argument 1 has. */
export function sizeToSort(call: Call): number {
  const at = call.find(1);
  if (at === 0) return 0;
  const { store } = call;
  const type = store.entries.type(at);
  if (type === EntryType.list) return store.lists.sizeAt(at);
  return type === EntryType.set || type === EntryType.zset ? store.elements.sizeAt(at) : 0;
}

export function* sortInSteps(call: Call, options: SortOptions): SortSteps {
  const at = call.findRead(1);
  if (at === 0) return [];
  const type = call.store.entries.type(at);
  // A set has no order of its own: what is stored of it must be the same on a second try.
  if (type === EntryType.set && options.unsorted && options.store > 0) {
    options.unsorted = false;
    options.alpha = true;
    options.by = undefined;
  }
  let elements = yield* elementsOf(call, at, type);
  if (elements === undefined) return undefined;
  if (!options.unsorted) elements = yield* ordered(call, elements, options);
  else if (type === EntryType.zset && options.descending) elements.reverse();
  const end = options.count < 0 ? elements.length : Math.min(elements.length, options.offset + options.count);
  const chosen = elements.slice(options.offset, end);
  if (options.gets.length === 0) return chosen;
  const found: Sorted = [];
  for (const [n, element] of chosen.entries()) {
    if (endsSlice(call, n)) yield;
    for (const pattern of options.gets) found.push(lookUp(call, pattern, element));
  }
  return found;
}

type Elements = Generator<void, string[] | undefined, void>;

function* elementsOf(call: Call, at: number, type: number): Elements {
  if (type === EntryType.list) return yield* valuesOfList(call);
  if (type === EntryType.set) return yield* membersOfSet(call);
  if (type !== EntryType.zset) throw new CommandError(wrongType);
  const { cursor } = call.store.sortedSets;
  cursor.open(at);
  const { size } = cursor;
  const found: string[] = [];
  for (let rank = 0; rank < size; rank += call.sliceSizes.elements) {
    if (rank > 0) {
      yield;
      const again = call.find(1);
      if (again === 0) return undefined;
      cursor.open(again);
    }
    cursor.seekRank(rank);
    for (let n = Math.min(call.sliceSizes.elements, size - rank); n > 0 && cursor.next(); n--) {
      const { u8, memberOffset, memberLength } = cursor;
      found.push(textOf(u8, memberOffset, memberLength));
    }
  }
  return found;
}

function* valuesOfList(call: Call): Elements {
  const { lists } = call.store;
  const found: string[] = [];
  const stand = (): boolean => {
    const at = call.find(1);
    if (at !== 0) lists.stand(call.keyspace, 0, at, call.buf, call.offset(1), call.length(1));
    return at !== 0;
  };
  stand();
  const { size } = lists;
  for (let from = 0; from < size; from += call.sliceSizes.elements) {
    if (from > 0) {
      yield;
      if (!stand()) return undefined;
    }
    lists.reader.values(from, Math.min(call.sliceSizes.elements, size - from), found);
  }
  return found;
}

function* membersOfSet(call: Call): Elements {
  const { elements } = call.store;
  const found: string[] = [];
  const open = (): boolean =>
    elements.open(call.keyspace, call.buf, call.offset(1), call.length(1), EntryType.set);
  open();
  for (let cursor = 0; ; ) {
    cursor = elements.scan(cursor, call.sliceSizes.elements, (name, offset, length) => {
      found.push(textOf(name, offset, length));
    });
    if (cursor === 0) return found;
    yield;
    if (!open()) return undefined;
  }
}

function* ordered(
  call: Call,
  elements: readonly string[],
  options: SortOptions,
): Generator<void, string[], void> {
  const { by, alpha } = options;
  const sign = options.descending ? -1 : 1;
  const weights: (string | undefined)[] = [];
  const numbers = new Float64Array(alpha ? 0 : elements.length);
  for (const element of elements) {
    const n = weights.length;
    if (endsSlice(call, n)) yield;
    const weight = by === undefined ? element : lookUp(call, by, element);
    if (!alpha) numbers[n] = numberOf(weight);
    weights.push(weight);
  }
  const compare = (i: number, k: number): number => {
    if (!alpha) return sign * (numbers[i]! - numbers[k]! || compareTexts(elements[i]!, elements[k]!));
    const [a, b] = [weights[i], weights[k]];
    if (a === undefined || b === undefined) return sign * (Number(a !== undefined) - Number(b !== undefined));
    return sign * compareTexts(a, b);
  };
  const order = yield* sortSlices(elements.length, compare, call.sliceSizes.elements);
  const out: string[] = [];
  for (const i of order) {
    if (endsSlice(call, out.length)) yield;
    out.push(elements[i]!);
  }
  return out;
}

/** A key that is not there weighs nothing. */
function numberOf(text: string | undefined): number {
  if (text === undefined) return 0;
  const infinite = infinityOf(text);
  if (infinite !== undefined) return infinite < 0 ? -Number.MAX_VALUE : Number.MAX_VALUE;
  const value = text === '' ? 0 : /\s$/.test(text) ? Number.NaN : Number(text);
  if (Number.isNaN(value)) throw new CommandError(notSortable);
  return value;
}

/** The value of the key, or of the hash's field (`->`), that a pattern names with the element in place of its `*`. */
function lookUp(call: Call, pattern: Buffer, element: string): string | undefined {
  if (isElement(pattern)) return element;
  const named = keyNamed(pattern, element);
  if (named === undefined) return undefined;
  const { key, field } = named;
  const { store, keyspace, services } = call;
  const hash = store.hash.of(key, 0, key.length);
  if (store.unheld.isAny) services.unheldKeys.comeUpon(call, hash, key);
  const entry = store.find(keyspace, hash, key, 0, key.length);
  if (entry === 0) return undefined;
  const type = store.entries.type(entry);
  if (field === undefined) return type === EntryType.string ? textOfString(call, entry) : undefined;
  if (type !== EntryType.hash) return undefined;
  const { elements } = store;
  elements.open(keyspace, key, 0, key.length, EntryType.hash);
  if (!elements.get(field, 0, field.length)) return undefined;
  return textOf(elements.valueBytes, elements.valueOffset, elements.valueLength);
}

/** `#`: the element itself. */
function isElement(pattern: Buffer): boolean {
  return pattern.length === 1 && pattern[0] === 35;
}

interface PatternKey {
  readonly key: Buffer;
  readonly field: Buffer | undefined;
}

/** What a pattern names with the element in place of its `*`; undefined where it has none. */
function keyNamed(pattern: Buffer, element: string): PatternKey | undefined {
  const at = pattern.indexOf(star);
  if (at < 0) return undefined;
  const arrow = pattern.indexOf('->', at + 1);
  const hasField = arrow >= 0 && arrow + 2 < pattern.length;
  const rest = pattern.subarray(at + 1, hasField ? arrow : pattern.length);
  const key = Buffer.concat([pattern.subarray(0, at), Buffer.from(element, 'latin1'), rest]);
  return { key, field: hasField ? pattern.subarray(arrow + 2) : undefined };
}

/** The keys that the patterns name; none where these would be more than are worth a walk of their own. */
export function keysOfPatterns(call: Call, { by, unsorted, gets }: SortOptions): Buffer[] {
  const patterns = [...(by === undefined || unsorted ? [] : [by]), ...gets].filter((p) => !isElement(p));
  if (patterns.length === 0 || sizeToSort(call) * patterns.length > patternKeysMax) return [];
  const at = call.find(1);
  const elements = at === 0 ? undefined : atOnce(elementsOf(call, at, call.store.entries.type(at)));
  return patterns.flatMap((pattern) => (elements ?? []).flatMap((e) => keyNamed(pattern, e)?.key ?? []));
}

function textOfString({ store }: Call, entry: number): string {
  if (store.strings.length(entry) > argumentBytesMax) throw new CommandError(stringTooLong);
  return store.strings.copy(entry).toString('latin1');
}

function textOf(bytes: Uint8Array, offset: number, length: number): string {
  return Buffer.from(bytes.buffer, bytes.byteOffset + offset, length).toString('latin1');
}

function compareTexts(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}
