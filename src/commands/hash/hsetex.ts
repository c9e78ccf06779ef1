// HSETEX key [FNX | FXX] [EX s | PX ms | EXAT s | PXAT ms | KEEPTTL] FIELDS n field value [field value ...]: sets
// fields with a deadline, all or, where the condition does not hold or there is no room, none.
// https://redis.io/commands/hsetex
import { CommandError } from '../../base/errors.ts';
import {
  fieldConditionsClash,
  fieldCountInvalid,
  fieldTimesClash,
  unknownArgument,
} from '../../resp/errors.ts';
import { EntryType } from '../../store/entry.ts';
import type { Call } from '../call.ts';
import type { CommandSpec } from '../command.ts';
import { expireField, FieldExpiryResult, notifyExpired } from './expire-fields.ts';
import { readFieldDeadline } from './field-arguments.ts';

export const command: CommandSpec = {
  name: 'hsetex',
  arity: -6,
  flags: ['write', 'denyoom', 'fast'],
  keys: { first: 1, last: 1, step: 1 },
  keyFlags: ['RW', 'update'],
  group: 'hash',
  since: '8.0.0',
  summary: 'Sets fields of a hash with a deadline.',
  syntax:
    '<key> [FNX|FXX] [EX <seconds> | PX <milliseconds> | EXAT <unix-time-seconds> | PXAT ' +
    '<unix-time-milliseconds> | KEEPTTL] FIELDS <numfields> (<field> <value>)...',
  complexity: 'O(N) for N fields',
  run: hsetex,
};

interface Request {
  fnx: boolean;
  fxx: boolean;
  keepsDeadline: boolean;
  /** Unix ms; undefined where none is given. */
  deadlineMs: number | undefined;
  /** The argument with the first field. */
  first: number;
}

function hsetex(call: Call): void {
  const { argc, buf, store } = call;
  const request = readRequest(call);
  const { elements } = store;
  const exists = call.openToWrite(1, EntryType.hash);
  if ((!exists && request.fxx) || (exists && !isMet(call, request))) {
    call.reply.integer(0);
    return;
  }
  let bytes = 0;
  for (let i = request.first; i < argc; i += 2) {
    store.checkLimits(call.length(i), call.length(i + 1), false);
    bytes += call.length(i) + call.length(i + 1);
  }
  elements.requireRoom((argc - request.first) / 2, bytes);
  let [isAnySet, isAnyRemoved] = [false, false];
  for (let i = request.first; i < argc; i += 2) {
    const [name, nameLength] = [call.offset(i), call.length(i)];
    const keptMs = request.keepsDeadline && elements.get(buf, name, nameLength) ? elements.deadlineMs : 0;
    elements.put(buf, name, nameLength, buf, call.offset(i + 1), call.length(i + 1));
    if (keptMs !== 0) elements.expire(buf, name, nameLength, keptMs);
    if (request.deadlineMs === undefined) continue;
    const result = expireField(call, i, request.deadlineMs, undefined);
    if (result === FieldExpiryResult.set) isAnySet = true;
    else isAnyRemoved = true;
  }
  call.notify('hset', 1);
  notifyExpired(call, isAnyRemoved, isAnySet);
  call.reply.integer(1);
}

/** Whether what FNX or FXX asks for holds of all fields. */
function isMet(call: Call, { fnx, fxx, first }: Request): boolean {
  if (!fnx && !fxx) return true;
  for (let i = first; i < call.argc; i += 2) {
    if (call.store.elements.get(call.buf, call.offset(i), call.length(i)) !== fxx) return false;
  }
  return true;
}

function readRequest(call: Call): Request {
  const request: Request = { fnx: false, fxx: false, keepsDeadline: false, deadlineMs: undefined, first: 0 };
  for (let i = 2; i < call.argc; i++) {
    if (call.is(i, 'fields')) {
      readPairs(call, i);
      return { ...request, first: i + 2 };
    }
    if (call.is(i, 'fnx') || call.is(i, 'fxx')) {
      if (request.fnx || request.fxx) throw new CommandError(fieldConditionsClash);
      request.fnx = call.is(i, 'fnx');
      request.fxx = !request.fnx;
    } else i = readTime(call, i, request);
  }
  call.wrongArguments();
}

/** Reads KEEPTTL or a time at argument `i`; returns its last argument. */
function readTime(call: Call, i: number, request: Request): number {
  const keeps = call.is(i, 'keepttl');
  const [ex, px, exat, pxat] = [call.is(i, 'ex'), call.is(i, 'px'), call.is(i, 'exat'), call.is(i, 'pxat')];
  if (!keeps && !ex && !px && !exat && !pxat) throw new CommandError(unknownArgument(call.text(i)));
  if (request.keepsDeadline || request.deadlineMs !== undefined) throw new CommandError(fieldTimesClash);
  request.keepsDeadline = keeps;
  if (keeps) return i;
  if (i + 1 >= call.argc) call.wrongArguments();
  request.deadlineMs = readFieldDeadline(call, i + 1, ex || exat, ex || px);
  return i + 1;
}

/** Checks the number behind FIELDS at argument `i` against the pairs that follow. */
function readPairs(call: Call, i: number): void {
  if (i >= call.argc - 3) call.wrongArguments();
  const count = call.bigInteger(i + 1, fieldCountInvalid);
  if (count < 1n) throw new CommandError(fieldCountInvalid);
  const rest = call.argc - i - 2;
  if (rest % 2 !== 0 || count !== BigInt(rest / 2)) call.wrongArguments();
}
