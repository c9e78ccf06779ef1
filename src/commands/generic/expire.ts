// EXPIRE, PEXPIRE, EXPIREAT and PEXPIREAT key time [NX | XX | GT | LT]: one expire with an absolute deadline, or one
// clear where that has passed. https://redis.io/commands/expire
import { CommandError } from '../../base/errors.ts';
import { expireBoundsClash, expireConditionsClash, unsupportedOption } from '../../resp/errors.ts';
import type { Call } from '../call.ts';
import type { CommandSpec } from '../command.ts';
import { applyDeadline, readDeadline } from '../deadline.ts';

export const commands: readonly CommandSpec[] = [
  {
    name: 'expire',
    arity: -3,
    flags: ['write', 'fast'],
    keys: { first: 1, last: 1, step: 1 },
    keyFlags: ['RW', 'update'],
    group: 'generic',
    since: '1.0.0',
    summary: 'Lets a key expire after some seconds.',
    syntax: '<key> <seconds> [NX|XX|GT|LT]',
    complexity: 'O(1)',
    run: expire,
  },
  {
    name: 'pexpire',
    arity: -3,
    flags: ['write', 'fast'],
    keys: { first: 1, last: 1, step: 1 },
    keyFlags: ['RW', 'update'],
    group: 'generic',
    since: '2.6.0',
    summary: 'Lets a key expire after some milliseconds.',
    syntax: '<key> <milliseconds> [NX|XX|GT|LT]',
    complexity: 'O(1)',
    run: pExpire,
  },
  {
    name: 'expireat',
    arity: -3,
    flags: ['write', 'fast'],
    keys: { first: 1, last: 1, step: 1 },
    keyFlags: ['RW', 'update'],
    group: 'generic',
    since: '1.2.0',
    summary: 'Lets a key expire at a Unix time in seconds.',
    syntax: '<key> <unix-time-seconds> [NX|XX|GT|LT]',
    complexity: 'O(1)',
    run: expireAt,
  },
  {
    name: 'pexpireat',
    arity: -3,
    flags: ['write', 'fast'],
    keys: { first: 1, last: 1, step: 1 },
    keyFlags: ['RW', 'update'],
    group: 'generic',
    since: '2.6.0',
    summary: 'Lets a key expire at a Unix time in milliseconds.',
    syntax: '<key> <unix-time-milliseconds> [NX|XX|GT|LT]',
    complexity: 'O(1)',
    run: pExpireAt,
  },
];

interface Conditions {
  nx: boolean;
  xx: boolean;
  gt: boolean;
  lt: boolean;
}

function expire(call: Call): void {
  setDeadline(call, true, true);
}

function pExpire(call: Call): void {
  setDeadline(call, false, true);
}

function expireAt(call: Call): void {
  setDeadline(call, true, false);
}

function pExpireAt(call: Call): void {
  setDeadline(call, false, false);
}

function setDeadline(call: Call, isSeconds: boolean, isRelative: boolean): void {
  const conditions = call.argc > 3 ? readConditions(call) : undefined;
  const deadlineMs = readDeadline(call, 2, isSeconds, isRelative, false);
  const { store } = call;
  const at = call.find(1);
  if (at === 0 || (conditions !== undefined && !allows(conditions, store.entries.deadline(at), deadlineMs))) {
    call.reply.integer(0);
    return;
  }
  applyDeadline(call, at, deadlineMs);
  call.reply.integer(1);
}

function readConditions(call: Call): Conditions {
  const found: Conditions = { nx: false, xx: false, gt: false, lt: false };
  for (let i = 3; i < call.argc; i++) {
    if (call.is(i, 'nx')) found.nx = true;
    else if (call.is(i, 'xx')) found.xx = true;
    else if (call.is(i, 'gt')) found.gt = true;
    else if (call.is(i, 'lt')) found.lt = true;
    else throw new CommandError(unsupportedOption(call.text(i)));
  }
  if (found.nx && (found.xx || found.gt || found.lt)) throw new CommandError(expireConditionsClash);
  if (found.gt && found.lt) throw new CommandError(expireBoundsClash);
  return found;
}

/** `presentMs` 0: the key has no deadline, which counts as one that is later than any. */
function allows(conditions: Conditions, presentMs: number, deadlineMs: number): boolean {
  if (conditions.nx && presentMs !== 0) return false;
  if (conditions.xx && presentMs === 0) return false;
  if (conditions.gt && (presentMs === 0 || deadlineMs <= presentMs)) return false;
  return !(conditions.lt && presentMs !== 0 && deadlineMs >= presentMs);
}
