// SETEX key seconds value and PSETEX key ms value: one put with a deadline. https://redis.io/commands/setex
import type { Call } from '../call.ts';
import type { CommandSpec } from '../command.ts';
import { readDeadline } from '../deadline.ts';

export const commands: readonly CommandSpec[] = [
  {
    name: 'setex',
    arity: 4,
    flags: ['write', 'denyoom'],
    keys: { first: 1, last: 1, step: 1 },
    keyFlags: ['OW', 'update'],
    onUnheld: () => 'replaces',
    group: 'string',
    since: '2.0.0',
    summary: 'Sets the string value of a key that expires after some seconds.',
    syntax: '<key> <seconds> <value>',
    complexity: 'O(1)',
    run: setEx,
  },
  {
    name: 'psetex',
    arity: 4,
    flags: ['write', 'denyoom'],
    keys: { first: 1, last: 1, step: 1 },
    keyFlags: ['OW', 'update'],
    onUnheld: () => 'replaces',
    group: 'string',
    since: '2.6.0',
    summary: 'Sets the string value of a key that expires after some milliseconds.',
    syntax: '<key> <milliseconds> <value>',
    complexity: 'O(1)',
    run: pSetEx,
  },
];

function setEx(call: Call): void {
  setFor(call, true);
}

function pSetEx(call: Call): void {
  setFor(call, false);
}

function setFor(call: Call, isSeconds: boolean): void {
  call.putString(1, 3, readDeadline(call, 2, isSeconds, true, true));
  call.reply.ok();
}
