// TTL and PTTL key: the time until a key expires; -1 where it never does, -2 where there is none.
// https://redis.io/commands/ttl
import type { Call } from '../call.ts';
import type { CommandSpec } from '../command.ts';

export const commands: readonly CommandSpec[] = [
  {
    name: 'ttl',
    arity: 2,
    flags: ['readonly', 'fast'],
    keys: { first: 1, last: 1, step: 1 },
    group: 'generic',
    since: '1.0.0',
    summary: 'Returns the seconds until a key expires.',
    syntax: '<key>',
    complexity: 'O(1)',
    run: ttl,
  },
  {
    name: 'pttl',
    arity: 2,
    flags: ['readonly', 'fast'],
    keys: { first: 1, last: 1, step: 1 },
    group: 'generic',
    since: '2.6.0',
    summary: 'Returns the milliseconds until a key expires.',
    syntax: '<key>',
    complexity: 'O(1)',
    run: pTtl,
  },
];

function ttl(call: Call): void {
  const leftMs = timeLeft(call);
  call.reply.integer(leftMs < 0 ? leftMs : Math.floor((leftMs + 500) / 1000));
}

function pTtl(call: Call): void {
  call.reply.integer(timeLeft(call));
}

function timeLeft(call: Call): number {
  const at = call.findLook(1);
  if (at === 0) return -2;
  const deadlineMs = call.store.entries.deadline(at);
  return deadlineMs === 0 ? -1 : deadlineMs - call.store.nowMs;
}
