// INCRBYFLOAT key increment: adds a decimal. Sums are exact to 17 digits after the point rather than long doubles, so
// that nodes agree; hexadecimal increments are refused. https://redis.io/commands/incrbyfloat
import { CommandError } from '../../base/errors.ts';
import { infinityOf } from '../../base/infinity.ts';
import { notANumberResult } from '../../resp/errors.ts';
import type { Call } from '../call.ts';
import type { CommandSpec } from '../command.ts';

export const command: CommandSpec = {
  name: 'incrbyfloat',
  arity: 3,
  flags: ['write', 'denyoom', 'fast'],
  keys: { first: 1, last: 1, step: 1 },
  group: 'string',
  since: '2.6.0',
  summary: 'Adds a decimal number to the number that a key holds, which begins at zero.',
  syntax: '<key> <increment:double>',
  complexity: 'O(1)',
  run: incrByFloat,
};

function incrByFloat(call: Call): void {
  call.findStringToWrite(1);
  const by = call.text(2);
  const { keyspace, buf } = call;
  // An infinite increment is a number to Redis, so a value that is none is found first.
  const { strings } = call.store;
  if (infinityOf(by) !== undefined) {
    strings.requireDecimal(call.find(1));
    throw new CommandError(notANumberResult);
  }
  const sum = strings.countDecimal(keyspace, buf, call.offset(1), call.length(1), by);
  call.notify('incrbyfloat', 1);
  call.reply.bulkLatin1(sum);
}
