// EXPIRETIME and PEXPIRETIME key: the Unix time at which a key expires; -1 where it never does, -2 where there is none.
// https://redis.io/commands/expiretime
import type { Call } from '../call.ts';
import type { CommandSpec } from '../command.ts';

export const commands: readonly CommandSpec[] = [
  {
    name: 'expiretime',
    arity: 2,
    flags: ['readonly', 'fast'],
    keys: { first: 1, last: 1, step: 1 },
    group: 'generic',
    since: '7.0.0',
    summary: 'Returns the Unix time in seconds at which a key expires.',
    syntax: '<key>',
    complexity: 'O(1)',
    run: expireTime,
  },
  {
    name: 'pexpiretime',
    arity: 2,
    flags: ['readonly', 'fast'],
    keys: { first: 1, last: 1, step: 1 },
    group: 'generic',
    since: '7.0.0',
    summary: 'Returns the Unix time in milliseconds at which a key expires.',
    syntax: '<key>',
    complexity: 'O(1)',
    run: pExpireTime,
  },
];

function expireTime(call: Call): void {
  const deadlineMs = deadlineOf(call);
  call.reply.integer(deadlineMs < 0 ? deadlineMs : Math.floor((deadlineMs + 500) / 1000));
}

function pExpireTime(call: Call): void {
  call.reply.integer(deadlineOf(call));
}

function deadlineOf(call: Call): number {
  const at = call.findLook(1);
  if (at === 0) return -2;
  const deadlineMs = call.store.entries.deadline(at);
  return deadlineMs === 0 ? -1 : deadlineMs;
}
