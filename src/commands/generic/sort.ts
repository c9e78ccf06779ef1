// SORT key [BY pattern] [LIMIT offset count] [GET pattern ...] [ASC | DESC] [ALPHA] [STORE destination]: orders the
// elements of a key; what is stored replaces the destination by a new list. https://redis.io/commands/sort
import type { Pour } from '../../store/staged-key.ts';
import type { Call } from '../call.ts';
import type { CommandSpec, KeySpec, KeyUse } from '../command.ts';
import type { RequestArgs } from '../executor.ts';
import { optionsIn } from '../keys-of.ts';
import { endsSlice, type Pace, stageKey, type Work } from '../large-work.ts';
import {
  keysOfPatterns,
  readSortOptions,
  type Sorted,
  type SortOptions,
  sizeToSort,
  sortElements,
  sortInSteps,
} from './sort-elements.ts';

const syntax =
  '<key> [BY <by-pattern:pattern>] [LIMIT <offset> <count>] [GET <get-pattern:pattern> [GET <get-pattern:pattern> ...]] ' +
  '[ASC|DESC] [ALPHA]';
const complexity = 'O(N+M*log(M)), N being the elements of the key and M those returned';

const sorted: KeySpec = { flags: ['RO', 'access'], begin: 1, find: { last: 0, step: 1 } };
/** What BY and GET name is known only once the elements are. */
const patterns: KeySpec = {
  flags: ['RO', 'access'],
  begin: { word: 'BY', from: 2 },
  find: { last: 0, step: 1 },
};

function findKeys(args: RequestArgs, base: number): KeyUse[] {
  const uses: KeyUse[] = [{ index: base + 1, flags: sorted.flags }];
  for (const { word, at } of optionsIn(args, base + 2, { limit: 2, by: 1, get: 1, store: 1 })) {
    if (word === 'store') uses[1] = { index: at + 1, flags: ['OW', 'update'] };
  }
  return uses;
}

export const commands: readonly CommandSpec[] = [
  {
    name: 'sort',
    arity: -2,
    flags: ['write', 'denyoom', 'movablekeys'],
    keys: { first: 1, last: 1, step: 1 },
    keySpecs: [
      sorted,
      patterns,
      { flags: ['OW', 'update'], begin: { word: 'STORE', from: 2 }, find: { last: 0, step: 1 } },
    ],
    findKeys,
    keysBehind: (call) => keysOfPatterns(call, readSortOptions(call, true)),
    categories: ['set', 'sortedset', 'list', 'dangerous'],
    group: 'generic',
    since: '1.0.0',
    summary: 'Orders the elements of a list, set or sorted set, and may store the result.',
    syntax: `${syntax} [STORE <destination>]`,
    complexity,
    run: sort,
  },
  {
    name: 'sort_ro',
    arity: -2,
    flags: ['readonly', 'movablekeys'],
    keys: { first: 1, last: 1, step: 1 },
    keySpecs: [sorted, patterns],
    findKeys: (_args, base) => [{ index: base + 1, flags: sorted.flags }],
    keysBehind: (call) => keysOfPatterns(call, readSortOptions(call, false)),
    categories: ['set', 'sortedset', 'list', 'dangerous'],
    group: 'generic',
    since: '7.0.0',
    summary: 'Orders the elements of a list, set or sorted set.',
    syntax,
    complexity,
    run: (call) => replySorted(call, readSortOptions(call, false), false),
  },
];

function sort(call: Call): void {
  const options = readSortOptions(call, true);
  if (options.store === 0) replySorted(call, options, true);
  else if (sizeToSort(call) < call.sliceSizes.largeElementsMin)
    store(call, options.store, sortElements(call, options));
  else call.services.largeWork.run(call, keysRead(options), storeSlices);
}

/** The arguments that name what is read; undefined where patterns read keys that only the elements name. */
function keysRead(options: SortOptions): readonly number[] | undefined {
  const readsOthers = options.gets.length > 0 || (options.by !== undefined && !options.unsorted);
  return readsOthers ? undefined : [1];
}

function replySorted(call: Call, options: SortOptions, mayStore: boolean): void {
  if (sizeToSort(call) >= call.sliceSizes.largeElementsMin) {
    call.services.largeWork.run(call, keysRead(options), (own) => slices(own, mayStore));
    return;
  }
  const sorted = sortElements(call, options);
  call.reply.array(sorted.length);
  for (const value of sorted) replyValue(call, value);
}

function* slices(call: Call, mayStore: boolean): Work {
  const sorted = yield* sortInSteps(call, readSortOptions(call, mayStore));
  if (sorted === undefined) return false;
  call.reply.array(sorted.length);
  for (const [n, value] of sorted.entries()) {
    if (endsSlice(call, n)) yield;
    replyValue(call, value);
  }
  return true;
}

function* storeSlices(call: Call, pace: Pace): Work {
  const options = readSortOptions(call, true);
  const sorted = yield* sortInSteps(call, options);
  if (sorted === undefined) return false;
  const { length } = sorted;
  const parts = (): Generator<Pour, boolean, void> => partsOf(call, options.store, sorted);
  const staged =
    length < call.sliceSizes.largeElementsMin
      ? undefined
      : yield* stageKey(call, options.store, pace, call.keyspace, length, parts);
  const run = (): void => {
    const existed = staged?.replace();
    if (existed === undefined) store(call, options.store, sorted);
    else stored(call, options.store, length, existed);
  };
  return { run, discard: () => staged?.discard() };
}

function* partsOf(call: Call, key: number, values: Sorted): Generator<Pour, boolean, void> {
  const { lists } = call.store;
  for (let from = 0; from < values.length; from += call.sliceSizes.elements) {
    const part = values.slice(from, from + call.sliceSizes.elements);
    yield (hidden) => {
      lists.open(hidden, call.buf, call.offset(key), call.length(key));
      lists.pushTexts(part);
    };
  }
  return true;
}

function replyValue({ reply }: Call, value: string | undefined): void {
  if (value === undefined) reply.nil();
  else reply.bulkLatin1(value);
}

function store(call: Call, key: number, values: Sorted): void {
  const { lists } = call.store;
  const lengths = Int32Array.from(values, (value) => value?.length ?? 0);
  lists.requireRoom(lengths, 0, lengths.length);
  const existed = call.removeKey(key);
  if (values.length > 0) {
    lists.open(call.keyspace, call.buf, call.offset(key), call.length(key));
    lists.pushTexts(values);
  }
  stored(call, key, values.length, existed);
}

/** `existed`: whether there was something in the key before. */
function stored(call: Call, key: number, count: number, existed: boolean): void {
  if (count > 0) call.notify('sortstore', key);
  else if (existed) call.notify('del', key);
  call.reply.integer(count);
}
