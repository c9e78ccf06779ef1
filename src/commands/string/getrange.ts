// GETRANGE and its old name SUBSTR, key start end: a part of a string. https://redis.io/commands/getrange
import type { Call } from '../call.ts';
import type { CommandSpec } from '../command.ts';
import { type Part, replyPart } from './reply-part.ts';

export const commands: readonly CommandSpec[] = [
  {
    name: 'getrange',
    arity: 4,
    flags: ['readonly'],
    keys: { first: 1, last: 1, step: 1 },
    group: 'string',
    since: '2.4.0',
    summary: 'Returns the part of a string between two offsets, both included.',
    syntax: '<key> <start> <end>',
    complexity: 'O(N), N being the bytes returned',
    run: getRange,
  },
  {
    name: 'substr',
    arity: 4,
    flags: ['readonly'],
    keys: { first: 1, last: 1, step: 1 },
    group: 'string',
    since: '1.0.0',
    summary: 'Returns a part of a string: the old name of GETRANGE.',
    syntax: '<key> <start> <end>',
    complexity: 'O(N), N being the bytes returned',
    run: getRange,
  },
];

function getRange(call: Call): void {
  const first = Number(call.bigInteger(2));
  const last = Number(call.bigInteger(3));
  const at = call.findString(1);
  if (at === 0) call.reply.bulk(call.buf, 0, 0);
  else replyPart(call, at, (length) => partBetween(length, first, last));
}

function partBetween(length: number, first: number, last: number): Part {
  const start = Math.max(0, first < 0 ? length + first : first);
  const end = Math.min(length - 1, Math.max(0, last < 0 ? length + last : last));
  const isEmpty = start > end || (first < 0 && last < 0 && first > last);
  return { start: isEmpty ? 0 : start, end: isEmpty ? 0 : end + 1 };
}
