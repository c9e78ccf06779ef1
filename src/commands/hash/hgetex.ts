// HGETEX key [EX s | PX ms | EXAT s | PXAT ms | PERSIST] FIELDS n field [field ...]: the values of fields, whose
// deadlines change. https://redis.io/commands/hgetex
import { EntryType } from '../../store/entry.ts';
import type { Call } from '../call.ts';
import type { CommandSpec } from '../command.ts';
import { DeadlineOption, deadlineOption } from '../deadline.ts';
import { expireField, FieldExpiryResult, notifyExpired } from './expire-fields.ts';
import { readFieldDeadline, readFields } from './field-arguments.ts';
import { PersistResult, persistField } from './persist-field.ts';

export const command: CommandSpec = {
  name: 'hgetex',
  arity: -5,
  flags: ['write', 'fast'],
  keys: { first: 1, last: 1, step: 1 },
  keyFlags: ['RW', 'access', 'update'],
  group: 'hash',
  since: '8.0.0',
  summary: 'Returns the values of fields and sets or removes their deadlines.',
  syntax:
    '<key> [EX <seconds> | PX <milliseconds> | EXAT <unix-time-seconds> | PXAT <unix-time-milliseconds> | ' +
    'PERSIST] FIELDS <numfields> <field>...',
  complexity: 'O(N) for N fields',
  run: hgetex,
};

function hgetex(call: Call): void {
  const { reply } = call;
  const { elements } = call.store;
  call.openToWrite(1, EntryType.hash);
  const option = deadlineOption(call, 2);
  const persists = call.is(2, 'persist');
  const isSeconds = option === DeadlineOption.ex || option === DeadlineOption.exat;
  const isRelative = option === DeadlineOption.ex || option === DeadlineOption.px;
  const deadlineMs = option === DeadlineOption.none ? 0 : readFieldDeadline(call, 3, isSeconds, isRelative);
  const first = readFields(call, persists ? 3 : option === DeadlineOption.none ? 2 : 4);
  let [isAnySet, isAnyRemoved, isAnyPersisted] = [false, false, false];
  reply.array(call.argc - first);
  for (let i = first; i < call.argc; i++) {
    if (!elements.get(call.buf, call.offset(i), call.length(i))) {
      reply.nil();
      continue;
    }
    reply.bulk(elements.valueBytes, elements.valueOffset, elements.valueLength);
    if (persists) {
      if (persistField(call, i) === PersistResult.persisted) isAnyPersisted = true;
    } else if (option !== DeadlineOption.none) {
      const result = expireField(call, i, deadlineMs, undefined);
      if (result === FieldExpiryResult.set) isAnySet = true;
      else isAnyRemoved = true;
    }
  }
  if (isAnyPersisted) call.notify('hpersist', 1);
  notifyExpired(call, isAnyRemoved, isAnySet);
}
