// HMGET key field [field ...]: the values of fields, nil for those that are not there. https://redis.io/commands/hmget
import { EntryType } from '../../store/entry.ts';
import type { Call } from '../call.ts';
import type { CommandSpec } from '../command.ts';

export const command: CommandSpec = {
  name: 'hmget',
  arity: -3,
  flags: ['readonly', 'fast'],
  keys: { first: 1, last: 1, step: 1 },
  keyFlags: ['RO', 'access'],
  group: 'hash',
  since: '2.0.0',
  summary: 'Returns the values of fields.',
  syntax: '<key> <field>...',
  complexity: 'O(1) for each field',
  run: hmget,
};

function hmget(call: Call): void {
  const { buf, reply } = call;
  const { elements } = call.store;
  call.openToRead(1, EntryType.hash);
  reply.array(call.argc - 2);
  for (let i = 2; i < call.argc; i++) {
    if (elements.get(buf, call.offset(i), call.length(i))) {
      reply.bulk(elements.valueBytes, elements.valueOffset, elements.valueLength);
    } else reply.nil();
  }
}
