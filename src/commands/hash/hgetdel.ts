// HGETDEL key FIELDS n field [field ...]: the values of fields, which are removed. https://redis.io/commands/hgetdel
import { EntryType } from '../../store/entry.ts';
import type { Call } from '../call.ts';
import type { CommandSpec } from '../command.ts';
import { readFields } from './field-arguments.ts';

export const command: CommandSpec = {
  name: 'hgetdel',
  arity: -5,
  flags: ['write', 'fast'],
  keys: { first: 1, last: 1, step: 1 },
  keyFlags: ['RW', 'access', 'delete'],
  group: 'hash',
  since: '8.0.0',
  summary: 'Returns the values of fields and removes them.',
  syntax: '<key> FIELDS <numfields> <field>...',
  complexity: 'O(N) for N fields',
  run: hgetdel,
};

function hgetdel(call: Call): void {
  const { buf, reply } = call;
  const { elements } = call.store;
  call.openToWrite(1, EntryType.hash);
  const first = readFields(call, 2);
  let isAny = false;
  reply.array(call.argc - first);
  for (let i = first; i < call.argc; i++) {
    const [offset, length] = [call.offset(i), call.length(i)];
    if (!elements.get(buf, offset, length)) {
      reply.nil();
      continue;
    }
    reply.bulk(elements.valueBytes, elements.valueOffset, elements.valueLength);
    isAny = elements.drop(buf, offset, length) || isAny;
  }
  if (!isAny) return;
  call.notify('hdel', 1);
  if (elements.at === 0) call.notify('del', 1);
}
