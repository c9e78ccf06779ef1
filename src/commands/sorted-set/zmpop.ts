// ZMPOP numkeys key [key ...] MIN | MAX [COUNT count]: takes elements out of the first sorted set that has any. BZMPOP
// with a timeout before waits for one where none has. https://redis.io/commands/zmpop
import { CommandError } from '../../base/errors.ts';
import { countNotPositive, numKeysPositive } from '../../resp/errors.ts';
import type { Call } from '../call.ts';
import type { CommandSpec } from '../command.ts';
import { readTimeoutSeconds } from '../timeout.ts';
import { openFirst } from './find-sorted-set.ts';
import { popElements } from './pop-elements.ts';

export const commands: readonly CommandSpec[] = [
  {
    name: 'zmpop',
    arity: -4,
    flags: ['write', 'movablekeys'],
    keySpecs: [{ flags: ['RW', 'access', 'delete'], begin: 1, find: { countAt: 0, first: 1, step: 1 } }],
    group: 'sorted-set',
    since: '7.0.0',
    summary: 'Takes out elements of the first sorted set that has any.',
    syntax: '<numkeys> <key> [<key> ...] MIN|MAX [COUNT <count>]',
    complexity: 'O(K)+O(M*log(N)), K being the number of keys, M the members returned',
    run: zMPop,
  },
  {
    name: 'bzmpop',
    arity: -5,
    flags: ['write', 'blocking', 'movablekeys'],
    keySpecs: [{ flags: ['RW', 'access', 'delete'], begin: 2, find: { countAt: 0, first: 1, step: 1 } }],
    group: 'sorted-set',
    since: '7.0.0',
    summary: 'Takes out elements of the first sorted set that has any, or waits for some.',
    syntax: '<timeout> <numkeys> <key> [<key> ...] MIN|MAX [COUNT <count>]',
    complexity: 'O(K)+O(M*log(N)), K being the number of keys, M the members returned',
    run: bzMPop,
  },
];

interface Request {
  readonly firstKey: number;
  readonly lastKey: number;
  readonly highest: boolean;
  readonly count: number;
}

function readRequest(call: Call, countAt: number): Request {
  const keys = positive(call, countAt, numKeysPositive);
  const lastKey = countAt + keys;
  const where = lastKey + 1;
  if (where >= call.argc) call.syntaxError();
  if (!call.is(where, 'min') && !call.is(where, 'max')) call.syntaxError();
  let count = 0;
  for (let i = where + 1; i < call.argc; i += 2) {
    if (count !== 0 || !call.is(i, 'count') || i + 1 >= call.argc) call.syntaxError();
    count = positive(call, i + 1, countNotPositive);
  }
  return { firstKey: countAt + 1, lastKey, highest: call.is(where, 'max'), count: Math.max(1, count) };
}

function positive(call: Call, i: number, message: string): number {
  const value = Number(call.bigInteger(i, message));
  if (value < 1) throw new CommandError(message);
  return value;
}

function zMPop(call: Call): void {
  if (!pop(call, readRequest(call, 1))) call.reply.nilArray();
}

function bzMPop(call: Call): void {
  const request = readRequest(call, 2);
  const timeoutMs = readTimeoutSeconds(call, 1);
  if (pop(call, request)) return;
  const { firstKey, lastKey } = request;
  call.block({ firstKey, lastKey, timeoutMs, onTimeout: (late) => late.nilArray() });
}

function pop(call: Call, { firstKey, lastKey, highest, count }: Request): boolean {
  const { reply } = call;
  const key = openFirst(call, firstKey, lastKey);
  if (key === 0) return false;
  const { cursor } = call.store.sortedSets;
  const taken = Math.min(count, cursor.size);
  reply.array(2);
  reply.bulk(call.buf, call.offset(key), call.length(key));
  reply.array(taken);
  popElements(call, key, cursor, taken, highest, true);
  return true;
}
