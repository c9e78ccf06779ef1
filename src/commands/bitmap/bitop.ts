// BITOP AND | OR | XOR | NOT destination key [key ...]: a bitwise operation over whole strings, shorter ones followed
// by zeros, put at the destination; where they are large a piece at a time, out of sight.
// https://redis.io/commands/bitop
import { CommandError } from '../../base/errors.ts';
import { bitopNotOneKey } from '../../resp/errors.ts';
import type { Call } from '../call.ts';
import type { CommandSpec } from '../command.ts';
import { isLargeString, type Pace, stageKey, type Work } from '../large-work.ts';
import { elementsOfBytes, type Piece, pourValue } from '../pour-value.ts';
import { type BitOperation, combineBytes, isBlank } from './combine-bytes.ts';

export const command: CommandSpec = {
  name: 'bitop',
  arity: -4,
  flags: ['write', 'denyoom'],
  keys: { first: 2, last: -1, step: 1 },
  keySpecs: [
    { flags: ['OW', 'update'], begin: 2, find: { last: 0, step: 1 } },
    { flags: ['RO', 'access'], begin: 3, find: { last: -1, step: 1 } },
  ],
  group: 'bitmap',
  since: '2.6.0',
  summary: 'Combines strings bit by bit into another one.',
  syntax: 'AND|OR|XOR|NOT <destkey> <key> [<key> ...]',
  complexity: 'O(N), N being the bytes of the longest string',
  run: bitOp,
};

const operations: readonly BitOperation[] = ['and', 'or', 'xor', 'not'];
const firstSource = 3;

function bitOp(call: Call): void {
  const operation = operations.find((name) => call.is(1, name));
  if (operation === undefined) call.syntaxError();
  if (operation === 'not' && call.argc !== 4) throw new CommandError(bitopNotOneKey);
  const length = longest(call, (i) => call.findString(i));
  if (length >= call.sliceSizes.largeStringBytesMin && isSliceable(call)) {
    call.store.checkLimits(call.length(2), length, false);
    const sources = Array.from({ length: call.argc - firstSource }, (_, i) => firstSource + i);
    call.services.largeWork.run(call, sources, (own, pace) => inSlices(own, pace, operation));
  } else atOnce(call, operation, length);
}

/** Whether all large ones can be read in parts. */
function isSliceable(call: Call): boolean {
  const { store, sliceSizes } = call;
  for (let i = firstSource; i < call.argc; i++) {
    const at = call.findStringToWrite(i);
    const isLong = at !== 0 && store.strings.length(at) >= sliceSizes.largeStringBytesMin;
    if (isLong && !isLargeString(store, at)) return false;
  }
  return true;
}

/** Bytes of the longest string; `find`: its entry, 0 where it is not there. */
function longest(call: Call, find: (i: number) => number): number {
  const { strings } = call.store;
  let length = 0;
  for (let i = firstSource; i < call.argc; i++) {
    const at = find(i);
    if (at !== 0) length = Math.max(length, strings.length(at));
  }
  return length;
}

function longestNow(call: Call): number {
  return longest(call, (i) => call.findStringToWrite(i));
}

function atOnce(call: Call, operation: BitOperation, length: number): void {
  const { store, keyspace, buf } = call;
  if (length === 0) {
    if (call.removeKey(2)) call.notify('del', 2);
    call.reply.integer(0);
    return;
  }
  store.checkLimits(call.length(2), length, false);
  const result = Buffer.alloc(length);
  combineAll(call, operation, result, 0);
  store.strings.set(keyspace, buf, call.offset(2), call.length(2), result, 0, length, 0);
  stored(call, length);
}

function stored(call: Call, length: number): void {
  call.notify('set', 2);
  call.reply.integer(length);
}

function* inSlices(call: Call, pace: Pace, operation: BitOperation): Work {
  const length = longestNow(call);
  let isCurrent = true;
  const result = new Uint8Array(pace.isWhole ? 0 : call.sliceSizes.writtenBytes);
  const read = (position: number, count: number): Piece | undefined => {
    if (longestNow(call) !== length) return undefined;
    const bytes = result.subarray(0, count).fill(0);
    combineAll(call, operation, bytes, position);
    return { bytes, offset: 0, isBlank: isBlank(bytes) };
  };
  const staged =
    length === 0
      ? undefined
      : yield* stageKey(
          call,
          2,
          pace,
          call.keyspace,
          elementsOfBytes(length),
          function* () {
            isCurrent = yield* pourValue(call, 2, length, read);
            return isCurrent;
          },
          true,
        );
  if (!isCurrent) return false;
  const run = (): void => {
    if (staged?.replace() === undefined) atOnce(call, operation, longestNow(call));
    else stored(call, length);
  };
  return { run, discard: () => staged?.discard() };
}

/** Combines what the strings have from `position` on into `result`, which is all zeros. */
function combineAll(
  call: Call,
  operation: BitOperation,
  result: Uint8Array<ArrayBuffer>,
  position: number,
): void {
  for (let i = firstSource; i < call.argc; i++) {
    combine(call, call.findStringToWrite(i), i === firstSource, operation, result, position);
  }
}

/** Takes a string into the result, which is all zeros before the first. `at` 0: a key that is not there, all zeros. */
function combine(
  call: Call,
  at: number,
  isFirst: boolean,
  operation: BitOperation,
  result: Uint8Array<ArrayBuffer>,
  position: number,
): void {
  const { strings } = call.store;
  let length = 0;
  if (at !== 0 && strings.length(at) > position) {
    strings.read(at);
    length = Math.min(strings.valueLength - position, result.length);
  }
  const { valueBytes: from } = strings;
  const offset = strings.valueOffset + position;
  if (isFirst && operation !== 'not') result.set(from.subarray(offset, offset + length));
  else combineBytes(operation, result, from, offset, length);
  if (operation === 'not') result.fill(255, length);
  else if (operation === 'and' && !isFirst) result.fill(0, length);
}
