// LCS key1 key2 [LEN] [IDX] [MINMATCHLEN n] [WITHMATCHLEN]: the longest common subsequence of two strings, its length,
// or where its runs are. The table of lengths is rows by columns of 32-bit numbers, which is limited as in Redis and by
// the store's own limit. https://redis.io/commands/lcs
import { CommandError } from '../../base/errors.ts';
import { lcsBothForms, lcsNotStrings, lcsTooLarge } from '../../resp/errors.ts';
import { EntryType } from '../../store/entry.ts';
import type { Call } from '../call.ts';
import type { CommandSpec } from '../command.ts';

export const command: CommandSpec = {
  name: 'lcs',
  arity: -3,
  flags: ['readonly'],
  keys: { first: 1, last: 2, step: 1 },
  group: 'string',
  since: '7.0.0',
  summary: 'Finds the longest common subsequence of two strings.',
  syntax: '<key1> <key2> [LEN] [IDX] [MINMATCHLEN <len>] [WITHMATCHLEN]',
  complexity: 'O(N*M), N and M being the lengths of the strings',
  run: lcs,
};

interface Options {
  length: boolean;
  indexes: boolean;
  matchLength: boolean;
  matchLengthMin: number;
}

/** A run of equal bytes: first offsets in both strings and its length. */
interface Run {
  readonly a: number;
  readonly b: number;
  readonly length: number;
}

function lcs(call: Call): void {
  const a = readOperand(call, 1);
  const b = readOperand(call, 2);
  if (a === undefined || b === undefined) throw new CommandError(lcsNotStrings);
  const options = readOptions(call);
  const tableBytes = (a.length + 1) * (b.length + 1) * 4;
  const { bulkBytesMax } = call.services.requestLimits;
  if (tableBytes > Math.min(bulkBytesMax, call.store.limitBytes)) throw new CommandError(lcsTooLarge);
  const lengths = lengthTable(a, b);
  const length = lengths[lengths.length - 1]!;
  const { reply } = call;
  if (options.length) {
    reply.integer(length);
    return;
  }
  const runs = runsOf(a, b, lengths);
  if (options.indexes) replyRuns(call, runs, length, options);
  else {
    const text = Buffer.concat(runs.reverse().map((r) => a.subarray(r.a, r.a + r.length)));
    reply.bulk(text, 0, text.length);
  }
}

/** Undefined where it is no string, which is said when both have been looked up. */
function readOperand(call: Call, i: number): Buffer | undefined {
  const at = call.findRead(i);
  if (at === 0) return Buffer.alloc(0);
  return call.store.entries.type(at) === EntryType.string ? call.store.strings.copy(at) : undefined;
}

function readOptions(call: Call): Options {
  const options: Options = { length: false, indexes: false, matchLength: false, matchLengthMin: 0 };
  for (let i = 3; i < call.argc; i++) {
    if (call.is(i, 'len')) options.length = true;
    else if (call.is(i, 'idx')) options.indexes = true;
    else if (call.is(i, 'withmatchlen')) options.matchLength = true;
    else if (call.is(i, 'minmatchlen') && i + 1 < call.argc) {
      options.matchLengthMin = Number(call.bigInteger(++i));
    } else call.syntaxError();
  }
  if (options.length && options.indexes) throw new CommandError(lcsBothForms);
  return options;
}

/** Cell (i, j), at i * (b.length + 1) + j: the length for the first i bytes of a and the first j of b. */
function lengthTable(a: Buffer, b: Buffer): Uint32Array {
  const width = b.length + 1;
  const cells = new Uint32Array((a.length + 1) * width);
  for (let i = 1; i <= a.length; i++) {
    const byte = a[i - 1]!;
    const row = i * width;
    for (let j = 1; j <= b.length; j++) {
      const above = cells[row - width + j]!;
      const left = cells[row + j - 1]!;
      if (byte === b[j - 1]) cells[row + j] = cells[row - width + j - 1]! + 1;
      else cells[row + j] = above > left ? above : left;
    }
  }
  return cells;
}

/**
 * The runs of the subsequence, the last first: the way back through the table, to the left where both ways are equal.
 */
function runsOf(a: Buffer, b: Buffer, cells: Uint32Array): Run[] {
  const width = b.length + 1;
  const runs: Run[] = [];
  let i = a.length;
  let j = b.length;
  while (i > 0 && j > 0) {
    let length = 0;
    while (i > 0 && j > 0 && a[i - 1] === b[j - 1]) {
      i -= 1;
      j -= 1;
      length += 1;
    }
    if (length > 0) runs.push({ a: i, b: j, length });
    if (i === 0 || j === 0) break;
    if (cells[(i - 1) * width + j]! > cells[i * width + j - 1]!) i -= 1;
    else j -= 1;
  }
  return runs;
}

function replyRuns(call: Call, runs: readonly Run[], length: number, options: Options): void {
  const { reply } = call;
  const shown = runs.filter((r) => r.length >= options.matchLengthMin);
  reply.map(2);
  reply.bulkLatin1('matches');
  reply.array(shown.length);
  for (const run of shown) {
    reply.array(options.matchLength ? 3 : 2);
    for (const first of [run.a, run.b]) {
      reply.array(2);
      reply.integer(first);
      reply.integer(first + run.length - 1);
    }
    if (options.matchLength) reply.integer(run.length);
  }
  reply.bulkLatin1('len');
  reply.integer(length);
}
