// BITFIELD and BITFIELD_RO key [GET t o | SET t o v | INCRBY t o n | OVERFLOW w]...: integers of any width at any bit
// of a string. The operations run on the bytes that they cover, which go into the string as one patch.
// https://redis.io/commands/bitfield
import { CommandError } from '../../base/errors.ts';
import { bitfieldOnlyGet, bitfieldOverflowInvalid, bitfieldTypeInvalid } from '../../resp/errors.ts';
import type { Call } from '../call.ts';
import type { CommandSpec } from '../command.ts';
import { hasWord } from '../keys-of.ts';
import { type Grown, isFar, writeFar } from '../write-far.ts';
import { applyIncrement, applySet, type Field, Overflow, readField, writeField } from './bit-field.ts';
import { readBitOffset } from './bit-offset.ts';

export const commands: readonly CommandSpec[] = [
  {
    name: 'bitfield',
    arity: -2,
    flags: ['write', 'denyoom'],
    keys: { first: 1, last: 1, step: 1 },
    keyFlags: ['RW', 'access', 'update', 'variable_flags'],
    findKeys: (args, base) => {
      const writes = hasWord(args, base + 2, 'set') || hasWord(args, base + 2, 'incrby');
      return [{ index: base + 1, flags: writes ? ['RW', 'access', 'update'] : ['RO', 'access'] }];
    },
    group: 'bitmap',
    since: '3.2.0',
    summary: 'Reads and writes integers of any width at any place of a string.',
    syntax:
      '<key> [GET <encoding> <bit-offset> | [OVERFLOW WRAP|SAT|FAIL] (SET <encoding> ' +
      '<bit-offset> <value:integer> | INCRBY <encoding> <bit-offset> <increment>)] ...',
    complexity: 'O(N), N being the number of operations',
    run: (call) => bitField(call, true),
  },
  {
    name: 'bitfield_ro',
    arity: -2,
    flags: ['readonly', 'fast'],
    keys: { first: 1, last: 1, step: 1 },
    group: 'bitmap',
    since: '6.0.0',
    summary: 'Reads integers of any width at any place of a string.',
    syntax: '<key> [GET <encoding> <bit-offset> [GET <encoding> <bit-offset> ...]]',
    complexity: 'O(N), N being the number of operations',
    run: (call) => bitField(call, false),
  },
];

interface Operation {
  readonly kind: 'get' | 'set' | 'incrby';
  readonly field: Field;
  readonly operand: bigint;
  readonly overflow: Overflow;
}

/** Operations further apart than this run one by one, so that what lies between them is not copied. */
const spanBytesMax = 65_536;

function bitField(call: Call, mayWrite: boolean): void {
  const operations = readOperations(call);
  const writes = operations.filter((op) => op.kind !== 'get');
  if (writes.length > 0 && !mayWrite) throw new CommandError(bitfieldOnlyGet);
  const last = spanOf(writes).end - 1;
  if (isFar(call, last)) writeFar(call, last, 1, (own, grown) => runAll(own, operations, writes, grown));
  else runAll(call, operations, writes, undefined);
}

function runAll(
  call: Call,
  operations: readonly Operation[],
  writes: readonly Operation[],
  grown: Grown,
): void {
  const isNew = grown === 'new' || (writes.length > 0 && call.findStringToWrite(1) === 0);
  if (writes.length === 0) call.findString(1);
  const isLonger = grown !== undefined;
  let runs: Run[];
  const span = spanOf(operations);
  if (span.end - span.from <= spanBytesMax) runs = [runTogether(call, operations, isLonger)];
  else {
    // The furthest first: where it does not fit, nothing has changed.
    const patched = writes.length > 0 && growTo(call, spanOf(writes).end, isLonger);
    runs = [{ results: [], patched }, ...operations.map((op) => runTogether(call, [op], false))];
  }
  const results = runs.flatMap((each) => each.results);
  // An overflow that is refused makes the string longer all the same, of which Redis tells nobody but that it is new.
  const isWritten = operations.some(({ kind }, i) => kind !== 'get' && results[i] !== undefined);
  if (isWritten && runs.some((each) => each.patched)) call.notify('setbit', 1);
  else if (isNew) call.notify('new', 1);
  call.reply.array(results.length);
  for (const result of results) {
    if (result === undefined) call.reply.nil();
    else call.reply.integerBig(result);
  }
}

/** The bytes that the operations touch. */
function spanOf(operations: readonly Operation[]): { from: number; end: number } {
  let from = Number.POSITIVE_INFINITY;
  let end = 0;
  for (const { field } of operations) {
    from = Math.min(from, Math.floor(field.offset / 8));
    end = Math.max(end, Math.floor((field.offset + field.bits - 1) / 8) + 1);
  }
  return end === 0 ? { from: 0, end: 0 } : { from, end };
}

interface Run {
  /** Undefined: it overflowed under FAIL. */
  readonly results: readonly (bigint | undefined)[];
  /** The string is another one now. */
  readonly patched: boolean;
}

/**
 * Runs operations on a copy of the bytes that they span and patches the part that is written. `isLonger`: the string
 * was made as long as they need.
 */
function runTogether(call: Call, operations: readonly Operation[], isLonger: boolean): Run {
  const { strings } = call.store;
  const span = spanOf(operations);
  const bytes = Buffer.alloc(span.end - span.from);
  const at = call.find(1);
  let lengthBefore = 0;
  if (at !== 0) {
    strings.read(at);
    lengthBefore = strings.valueLength;
    const { valueBytes, valueOffset, valueLength } = strings;
    const until = Math.min(valueLength, span.end);
    if (until > span.from) bytes.set(valueBytes.subarray(valueOffset + span.from, valueOffset + until));
  }
  const before = Buffer.from(bytes);
  const results = operations.map((op) => run(op, bytes, span.from));
  const written = spanOf(operations.filter((op) => op.kind !== 'get'));
  const length = written.end - written.from;
  const patched = length > 0 && (isLonger || written.end > lengthBefore || !before.equals(bytes));
  if (patched) {
    const { keyspace, buf } = call;
    const from = written.from - span.from;
    strings.patch(keyspace, buf, call.offset(1), call.length(1), written.from, bytes, from, length);
  }
  return { results, patched };
}

/** Returns whether the string was shorter; `isLonger`: it was, and is made as long already. */
function growTo(call: Call, length: number, isLonger: boolean): boolean {
  const { strings } = call.store;
  const at = call.find(1);
  if (!isLonger && at !== 0 && strings.length(at) >= length) return false;
  const { keyspace, buf } = call;
  strings.patch(keyspace, buf, call.offset(1), call.length(1), length - 1, new Uint8Array(1), 0, 1);
  return true;
}

/** Runs one operation on the covered bytes, which begin at byte `from`; undefined where it overflowed under FAIL. */
function run(op: Operation, covered: Uint8Array, from: number): bigint | undefined {
  const field = { ...op.field, offset: op.field.offset - from * 8 };
  const old = readField(covered, field);
  if (op.kind === 'get') return old;
  const value =
    op.kind === 'set'
      ? applySet(field, op.operand, op.overflow)
      : applyIncrement(field, old, op.operand, op.overflow);
  if (value === undefined) return undefined;
  writeField(covered, field, value);
  return op.kind === 'set' ? old : readField(covered, field);
}

function readOperations(call: Call): Operation[] {
  const operations: Operation[] = [];
  let overflow: Overflow = Overflow.wrap;
  for (let i = 2; i < call.argc; ) {
    const left = call.argc - i - 1;
    if (call.is(i, 'overflow') && left >= 1) {
      overflow = readOverflow(call, i + 1);
      i += 2;
      continue;
    }
    const kind = (['get', 'set', 'incrby'] as const).find((name) => call.is(i, name));
    const operands = kind === 'get' ? 2 : 3;
    if (kind === undefined || left < operands) call.syntaxError();
    const { signed, bits } = readType(call, i + 1);
    const field = { signed, bits, offset: readBitOffset(call, i + 2, bits, true) };
    const operand = kind === 'get' ? 0n : call.bigInteger(i + 3);
    operations.push({ kind, field, operand, overflow });
    i += operands + 1;
  }
  return operations;
}

function readOverflow(call: Call, i: number): Overflow {
  if (call.is(i, 'wrap')) return Overflow.wrap;
  if (call.is(i, 'sat')) return Overflow.sat;
  if (call.is(i, 'fail')) return Overflow.fail;
  throw new CommandError(bitfieldOverflowInvalid);
}

function readType(call: Call, i: number): { signed: boolean; bits: number } {
  const match = /^([iu])([1-9]\d?)$/.exec(call.text(i));
  const bits = Number(match?.[2] ?? 0);
  const signed = match?.[1] === 'i';
  if (bits < 1 || bits > (signed ? 64 : 63)) throw new CommandError(bitfieldTypeInvalid);
  return { signed, bits };
}
