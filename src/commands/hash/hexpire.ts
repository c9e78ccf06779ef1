// HEXPIRE, HPEXPIRE, HEXPIREAT and HPEXPIREAT key time [NX | XX | GT | LT] FIELDS n field [field ...]: one expire with
// an absolute deadline for each field, or one clear where that has passed. https://redis.io/commands/hexpire
import { fieldCountNotAboveZero } from '../../resp/errors.ts';
import { EntryType } from '../../store/entry.ts';
import type { Call } from '../call.ts';
import type { CommandSpec } from '../command.ts';
import { expireField, type FieldConditions, FieldExpiryResult, notifyExpired } from './expire-fields.ts';
import { readFieldDeadline, readFields } from './field-arguments.ts';

function spec(
  name: string,
  time: string,
  summary: string,
  isSeconds: boolean,
  isRelative: boolean,
): CommandSpec {
  return {
    name,
    arity: -6,
    flags: ['write', 'denyoom', 'fast'],
    keys: { first: 1, last: 1, step: 1 },
    keyFlags: ['RW', 'update'],
    group: 'hash',
    since: '7.4.0',
    summary,
    syntax: `<key> <${time}> [NX|XX|GT|LT] FIELDS <numfields> <field>...`,
    complexity: 'O(N) for N fields',
    run: (call) => expire(call, isSeconds, isRelative),
  };
}

export const commands: readonly CommandSpec[] = [
  spec('hexpire', 'seconds', 'Lets fields expire after some seconds.', true, true),
  spec('hpexpire', 'milliseconds', 'Lets fields expire after some milliseconds.', false, true),
  spec('hexpireat', 'unix-time-seconds', 'Lets fields expire at a Unix time in seconds.', true, false),
  spec(
    'hpexpireat',
    'unix-time-milliseconds',
    'Lets fields expire at a Unix time in milliseconds.',
    false,
    false,
  ),
];

function expire(call: Call, isSeconds: boolean, isRelative: boolean): void {
  call.openToWrite(1, EntryType.hash);
  const deadlineMs = readFieldDeadline(call, 2, isSeconds, isRelative);
  const conditions = readCondition(call);
  const first = readFields(call, conditions === undefined ? 3 : 4, fieldCountNotAboveZero);
  let isAnySet = false;
  let isAnyRemoved = false;
  call.reply.array(call.argc - first);
  for (let i = first; i < call.argc; i++) {
    const result = expireField(call, i, deadlineMs, conditions);
    if (result === FieldExpiryResult.set) isAnySet = true;
    if (result === FieldExpiryResult.removed) isAnyRemoved = true;
    call.reply.integer(result);
  }
  notifyExpired(call, isAnyRemoved, isAnySet);
}

function readCondition(call: Call): FieldConditions | undefined {
  const [nx, xx, gt, lt] = [call.is(3, 'nx'), call.is(3, 'xx'), call.is(3, 'gt'), call.is(3, 'lt')];
  return nx || xx || gt || lt ? { nx, xx, gt, lt } : undefined;
}
