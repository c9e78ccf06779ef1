// SETRANGE key offset value: writes over a part of a string, as a patch. https://redis.io/commands/setrange
import { CommandError } from '../../base/errors.ts';
import { offsetOutOfRange, stringTooLong } from '../../resp/errors.ts';
import type { Call } from '../call.ts';
import type { CommandSpec } from '../command.ts';
import { isFar, writeFar } from '../write-far.ts';

export const command: CommandSpec = {
  name: 'setrange',
  arity: 4,
  flags: ['write', 'denyoom'],
  keys: { first: 1, last: 1, step: 1 },
  keyFlags: ['RW', 'update'],
  group: 'string',
  since: '2.2.0',
  summary: 'Writes over a part of a string, which grows with zero bytes as needed.',
  syntax: '<key> <offset> <value>',
  complexity: 'O(N), N being the bytes of the whole value',
  run: setRange,
};

function setRange(call: Call): void {
  const position = Number(call.bigInteger(2));
  if (position < 0) throw new CommandError(offsetOutOfRange);
  const at = call.findStringToWrite(1);
  const { strings } = call.store;
  const added = call.length(3);
  if (added === 0) {
    call.reply.integer(at === 0 ? 0 : strings.length(at));
    return;
  }
  if (position + added > call.services.requestLimits.bulkBytesMax) throw new CommandError(stringTooLong);
  if (isFar(call, position)) writeFar(call, position, added, (own) => write(own, position));
  else write(call, position);
}

function write(call: Call, position: number): void {
  const { keyspace, buf } = call;
  const { strings } = call.store;
  const [offset, keyLength] = [call.offset(1), call.length(1)];
  const total = strings.patch(
    keyspace,
    buf,
    offset,
    keyLength,
    position,
    buf,
    call.offset(3),
    call.length(3),
  );
  call.notify('setrange', 1);
  call.reply.integer(total);
}
