// APPEND key value: adds bytes at the end of a string, as a patch. https://redis.io/commands/append
import { CommandError } from '../../base/errors.ts';
import { stringTooLong } from '../../resp/errors.ts';
import type { Call } from '../call.ts';
import type { CommandSpec } from '../command.ts';

export const command: CommandSpec = {
  name: 'append',
  arity: 3,
  flags: ['write', 'denyoom', 'fast'],
  keys: { first: 1, last: 1, step: 1 },
  keyFlags: ['RW', 'insert'],
  group: 'string',
  since: '2.0.0',
  summary: 'Adds bytes at the end of a string, which is created where there is none.',
  syntax: '<key> <value>',
  complexity: 'O(1)',
  run: append,
};

function append(call: Call): void {
  const at = call.findStringToWrite(1);
  const { strings } = call.store;
  const length = at === 0 ? 0 : strings.length(at);
  const added = call.length(2);
  if (length + added > call.services.requestLimits.bulkBytesMax) throw new CommandError(stringTooLong);
  const { keyspace, buf } = call;
  const [offset, keyLength] = [call.offset(1), call.length(1)];
  const total = strings.patch(keyspace, buf, offset, keyLength, length, buf, call.offset(2), added);
  call.notify('append', 1);
  call.reply.integer(total);
}
