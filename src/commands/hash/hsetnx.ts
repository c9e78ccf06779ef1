// HSETNX key field value: sets a field that is not there. https://redis.io/commands/hsetnx
import { EntryType } from '../../store/entry.ts';
import type { Call } from '../call.ts';
import type { CommandSpec } from '../command.ts';

export const command: CommandSpec = {
  name: 'hsetnx',
  arity: 4,
  flags: ['write', 'denyoom', 'fast'],
  keys: { first: 1, last: 1, step: 1 },
  keyFlags: ['RW', 'insert'],
  group: 'hash',
  since: '2.0.0',
  summary: 'Sets a field of a hash where it is not there.',
  syntax: '<key> <field> <value>',
  complexity: 'O(1)',
  run: hsetnx,
};

function hsetnx(call: Call): void {
  call.openToWrite(1, EntryType.hash);
  const { buf, reply } = call;
  const { elements } = call.store;
  if (elements.get(buf, call.offset(2), call.length(2))) {
    reply.integer(0);
    return;
  }
  elements.put(buf, call.offset(2), call.length(2), buf, call.offset(3), call.length(3));
  call.notify('hset', 1);
  reply.integer(1);
}
