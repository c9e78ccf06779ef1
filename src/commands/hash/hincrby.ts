// HINCRBY key field increment: adds to the integer of a field, as a counter that adds up between nodes.
// https://redis.io/commands/hincrby
import { CommandError } from '../../base/errors.ts';
import { hashNotAnInteger, notAnInteger } from '../../resp/errors.ts';
import { EntryType } from '../../store/entry.ts';
import { parseSafeInt } from '../../store/number.ts';
import type { Call } from '../call.ts';
import type { CommandSpec } from '../command.ts';

export const command: CommandSpec = {
  name: 'hincrby',
  arity: 4,
  flags: ['write', 'denyoom', 'fast'],
  keys: { first: 1, last: 1, step: 1, element: 2 },
  keyFlags: ['RW', 'access', 'update'],
  group: 'hash',
  since: '2.0.0',
  summary: 'Adds to the integer that a field holds, which begins at zero.',
  syntax: '<key> <field> <increment:integer>',
  complexity: 'O(1)',
  run: hincrby,
};

function hincrby(call: Call): void {
  const by = parseSafeInt(call.buf, call.offset(3), call.length(3)) ?? call.bigInteger(3);
  call.openToWrite(1, EntryType.hash);
  const { elements } = call.store;
  let value: number | bigint;
  try {
    value = elements.count(call.buf, call.offset(2), call.length(2), by);
  } catch (error) {
    const isText = error instanceof CommandError && error.message === notAnInteger;
    throw isText ? new CommandError(hashNotAnInteger) : error;
  }
  call.notify('hincrby', 1);
  if (typeof value === 'number') call.reply.integer(value);
  else call.reply.integerBig(value);
}
