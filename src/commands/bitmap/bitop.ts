// BITOP AND | OR | XOR | NOT destination key [key ...]: a bitwise operation over whole strings, shorter ones followed by
// zeros, put at the destination. https://redis.io/commands/bitop
import { CommandError } from '../../base/errors.ts';
import { bitopNotOneKey } from '../../resp/errors.ts';
import type { Call } from '../call.ts';
import type { CommandSpec } from '../command.ts';
import { type BitOperation, combineBytes } from './combine-bytes.ts';

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

function bitOp(call: Call): void {
  const operation = operations.find((name) => call.is(1, name));
  if (operation === undefined) call.syntaxError();
  if (operation === 'not' && call.argc !== 4) throw new CommandError(bitopNotOneKey);
  const { store, keyspace, buf } = call;
  let length = 0;
  for (let i = 3; i < call.argc; i++) {
    const at = call.findString(i);
    if (at !== 0) length = Math.max(length, store.strings.length(at));
  }
  if (length === 0) {
    if (call.removeKey(2)) call.notify('del', 2);
    call.reply.integer(0);
    return;
  }
  store.checkLimits(call.length(2), length, false);
  const result = Buffer.alloc(length);
  for (let i = 3; i < call.argc; i++) combine(call, call.find(i), i === 3, operation, result);
  store.strings.set(keyspace, buf, call.offset(2), call.length(2), result, 0, length, 0);
  call.notify('set', 2);
  call.reply.integer(length);
}

/** Takes a string into the result, which is all zeros before the first. `at` 0: a key that is not there, all zeros. */
function combine(
  call: Call,
  at: number,
  isFirst: boolean,
  operation: BitOperation,
  result: Buffer<ArrayBuffer>,
): void {
  const { strings } = call.store;
  let length = 0;
  if (at !== 0) {
    strings.read(at);
    length = strings.valueLength;
  }
  const { valueBytes: from, valueOffset: offset } = strings;
  if (isFirst && operation !== 'not') result.set(from.subarray(offset, offset + length));
  else combineBytes(operation, result, from, offset, length);
  if (operation === 'not') result.fill(255, length);
  else if (operation === 'and' && !isFirst) result.fill(0, length);
}
