// BZPOPMIN and BZPOPMAX key [key ...] timeout: takes the lowest or the highest element out of the first sorted set that
// has any, and waits for one where none has. https://redis.io/commands/bzpopmin
import type { Call } from '../call.ts';
import type { CommandSpec } from '../command.ts';
import { readTimeoutSeconds } from '../timeout.ts';
import { openFirst } from './find-sorted-set.ts';
import { popElements } from './pop-elements.ts';

export const commands: readonly CommandSpec[] = [
  {
    name: 'bzpopmin',
    arity: -3,
    flags: ['write', 'noscript', 'blocking', 'fast'],
    keys: { first: 1, last: -2, step: 1 },
    keyFlags: ['RW', 'access', 'delete'],
    group: 'sorted-set',
    since: '5.0.0',
    summary: 'Takes out the lowest element of the first set that has any, or waits for one.',
    syntax: '<key> [<key> ...] <timeout>',
    complexity: 'O(log(N)), N being the size of the sorted set',
    run: (call) => pop(call, false),
  },
  {
    name: 'bzpopmax',
    arity: -3,
    flags: ['write', 'noscript', 'blocking', 'fast'],
    keys: { first: 1, last: -2, step: 1 },
    keyFlags: ['RW', 'access', 'delete'],
    group: 'sorted-set',
    since: '5.0.0',
    summary: 'Takes out the highest element of the first set that has any, or waits for one.',
    syntax: '<key> [<key> ...] <timeout>',
    complexity: 'O(log(N)), N being the size of the sorted set',
    run: (call) => pop(call, true),
  },
];

function pop(call: Call, highest: boolean): void {
  const { reply } = call;
  const last = call.argc - 2;
  const timeoutMs = readTimeoutSeconds(call, call.argc - 1);
  const key = openFirst(call, 1, last);
  if (key === 0) {
    call.block({ firstKey: 1, lastKey: last, timeoutMs, onTimeout: (late) => late.nilArray() });
    return;
  }
  reply.array(3);
  reply.bulk(call.buf, call.offset(key), call.length(key));
  popElements(call, key, call.store.sortedSets.cursor, 1, highest, false);
}
