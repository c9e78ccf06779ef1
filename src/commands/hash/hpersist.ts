// HPERSIST key FIELDS n field [field ...]: takes the deadlines of fields away: one expire that says "none" for each.
// https://redis.io/commands/hpersist
import { EntryType } from '../../store/entry.ts';
import type { Call } from '../call.ts';
import type { CommandSpec } from '../command.ts';
import { readFields } from './field-arguments.ts';
import { PersistResult, persistField } from './persist-field.ts';

export const command: CommandSpec = {
  name: 'hpersist',
  arity: -5,
  flags: ['write', 'fast'],
  keys: { first: 1, last: 1, step: 1 },
  keyFlags: ['RW', 'update'],
  group: 'hash',
  since: '7.4.0',
  summary: 'Takes away the deadlines of fields.',
  syntax: '<key> FIELDS <numfields> <field>...',
  complexity: 'O(N) for N fields',
  run: hpersist,
};

function hpersist(call: Call): void {
  call.openToWrite(1, EntryType.hash);
  const first = readFields(call, 2);
  let isAny = false;
  call.reply.array(call.argc - first);
  for (let i = first; i < call.argc; i++) {
    const result = persistField(call, i);
    if (result === PersistResult.persisted) isAny = true;
    call.reply.integer(result);
  }
  if (isAny) call.notify('hpersist', 1);
}
