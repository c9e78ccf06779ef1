// HINCRBYFLOAT key field increment: adds to the decimal of a field, exactly, so that nodes agree.
// https://redis.io/commands/hincrbyfloat
import { CommandError } from '../../base/errors.ts';
import { infinityOf } from '../../base/infinity.ts';
import { hashNotAFloat, notAFloat, notANumberIncrement } from '../../resp/errors.ts';
import { EntryType } from '../../store/entry.ts';
import { parseDecimal } from '../../store/number.ts';
import type { Call } from '../call.ts';
import type { CommandSpec } from '../command.ts';

export const command: CommandSpec = {
  name: 'hincrbyfloat',
  arity: 4,
  flags: ['write', 'denyoom', 'fast'],
  keys: { first: 1, last: 1, step: 1 },
  keyFlags: ['RW', 'access', 'update'],
  group: 'hash',
  since: '2.6.0',
  summary: 'Adds to the decimal that a field holds, which begins at zero.',
  syntax: '<key> <field> <increment:double>',
  complexity: 'O(1)',
  run: hincrbyfloat,
};

function hincrbyfloat(call: Call): void {
  const by = call.text(3);
  if (infinityOf(by) !== undefined) throw new CommandError(notANumberIncrement);
  if (parseDecimal(by) === undefined) throw new CommandError(notAFloat);
  call.openToWrite(1, EntryType.hash);
  const { elements } = call.store;
  let value: string;
  try {
    value = elements.countDecimal(call.buf, call.offset(2), call.length(2), by);
  } catch (error) {
    const isText = error instanceof CommandError && error.message === notAFloat;
    throw isText ? new CommandError(hashNotAFloat) : error;
  }
  call.notify('hincrbyfloat', 1);
  call.reply.bulkLatin1(value);
}
