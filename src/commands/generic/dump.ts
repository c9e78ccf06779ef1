// DUMP key: the value in the form that RESTORE reads, here and in Redis. https://redis.io/commands/dump
import { CommandError } from '../../base/errors.ts';
import { notDumpable } from '../../resp/errors.ts';
import type { Call } from '../call.ts';
import type { CommandSpec } from '../command.ts';
import { dumpPayload } from '../rdb/payload.ts';

export const command: CommandSpec = {
  name: 'dump',
  arity: 2,
  flags: ['readonly'],
  keys: { first: 1, last: 1, step: 1 },
  group: 'generic',
  since: '2.6.0',
  summary: 'Returns the value of a key in the form that RESTORE takes.',
  syntax: '<key>',
  complexity: 'O(N), N being the size of the value',
  run: dump,
};

function dump(call: Call): void {
  const at = call.findRead(1);
  if (at === 0) {
    call.reply.nil();
    return;
  }
  const payload = dumpPayload(call.store, call.keyspace, at);
  if (payload === undefined) throw new CommandError(notDumpable);
  call.reply.bulk(payload, 0, payload.length);
}
