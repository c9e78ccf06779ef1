// ZMPOP numkeys key [key ...] MIN | MAX [COUNT count]: takes elements out of the first sorted set that has any. BZMPOP
// with a timeout before waits for one where none has. https://redis.io/commands/zmpop
import type { Call } from '../call.ts';
import type { CommandSpec } from '../command.ts';
import { type PopSource, popInSlices } from '../pop-many.ts';
import { type PopRequest, readPopRequest } from '../pop-request.ts';
import { readTimeoutSeconds } from '../timeout.ts';
import { openFirst, openToWrite } from './find-sorted-set.ts';
import { popElements, takeElements, tellPopped } from './pop-elements.ts';

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

const ends = ['max', 'min'] as const;

function zMPop(call: Call): void {
  if (!pop(call, readPopRequest(call, 1, ends))) call.reply.nilArray();
}

function bzMPop(call: Call): void {
  const request = readPopRequest(call, 2, ends);
  const timeoutMs = readTimeoutSeconds(call, 1);
  if (pop(call, request)) return;
  const { firstKey, lastKey } = request;
  call.block({ firstKey, lastKey, timeoutMs, onTimeout: (late) => late.nilArray() });
}

function pop(call: Call, request: PopRequest): boolean {
  const { firstKey, lastKey, isFirstEnd: highest, count } = request;
  const key = openFirst(call, firstKey, lastKey);
  if (key === 0) return false;
  const { cursor } = call.store.sortedSets;
  const taken = Math.min(count, cursor.size);
  if (taken >= call.sliceSizes.largeElementsMin) {
    popInSlices(call, count, taken, (own) => sourceOf(own, request));
    return true;
  }
  begin(call, key, taken);
  popElements(call, key, cursor, taken, highest, true);
  return true;
}

/** Begins the reply with so many elements of the key in argument i. */
function begin({ reply, buf, args }: Call, i: number, count: number): void {
  reply.array(2);
  reply.bulk(buf, args.offsets[i]!, args.lengths[i]!);
  reply.array(count);
}

function sourceOf(call: Call, { firstKey, lastKey, isFirstEnd: highest }: PopRequest): PopSource {
  return {
    firstKey,
    lastKey,
    find: () => openFirst(call, firstKey, lastKey),
    open: (i) => openToWrite(call, i)?.size ?? 0,
    header: (n, key) => begin(call, key, n),
    take: (n) => takeElements(call, call.store.sortedSets.cursor, n, highest, true),
    tell: (key, isAll) => tellPopped(call, key, highest, isAll),
    width: 1,
  };
}
