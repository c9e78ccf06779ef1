// HTTL, HPTTL, HEXPIRETIME and HPEXPIRETIME key FIELDS n field [field ...]: when fields expire, as the time that is
// left or as Unix time; -1 where one never does, -2 where there is none. https://redis.io/commands/httl
import { EntryType } from '../../store/entry.ts';
import type { Call } from '../call.ts';
import type { CommandSpec } from '../command.ts';
import { readFields } from './field-arguments.ts';

const noField = -2;
const noDeadline = -1;

function spec(name: string, summary: string, isSeconds: boolean, isRelative: boolean): CommandSpec {
  return {
    name,
    arity: -5,
    flags: ['readonly', 'fast'],
    keys: { first: 1, last: 1, step: 1 },
    keyFlags: ['RO', 'access'],
    group: 'hash',
    since: '7.4.0',
    summary,
    syntax: '<key> FIELDS <numfields> <field>...',
    complexity: 'O(N) for N fields',
    run: (call) => replyTimes(call, isSeconds, isRelative),
  };
}

export const commands: readonly CommandSpec[] = [
  spec('httl', 'Returns the seconds until fields expire.', true, true),
  spec('hpttl', 'Returns the milliseconds until fields expire.', false, true),
  spec('hexpiretime', 'Returns the Unix times in seconds at which fields expire.', true, false),
  spec('hpexpiretime', 'Returns the Unix times in milliseconds at which fields expire.', false, false),
];

function replyTimes(call: Call, isSeconds: boolean, isRelative: boolean): void {
  const exists = call.openToRead(1, EntryType.hash);
  const first = readFields(call, 2);
  const { elements, nowMs } = call.store;
  call.reply.array(call.argc - first);
  for (let i = first; i < call.argc; i++) {
    if (!exists || !elements.get(call.buf, call.offset(i), call.length(i))) call.reply.integer(noField);
    else if (elements.deadlineMs === 0) call.reply.integer(noDeadline);
    else {
      const ms = elements.deadlineMs - (isRelative ? nowMs : 0);
      call.reply.integer(isSeconds ? Math.floor((ms + 999) / 1000) : ms);
    }
  }
}
