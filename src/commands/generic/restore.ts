// RESTORE key ttl payload [REPLACE] [ABSTTL] [IDLETIME s] [FREQ n]: creates a key from what DUMP gave, here or in
// Redis. https://redis.io/commands/restore
import { CommandError } from '../../base/errors.ts';
import {
  badPayload,
  badPayloadFooter,
  busyKey,
  invalidFrequency,
  invalidIdleTime,
  invalidTtl,
} from '../../resp/errors.ts';
import { restoredAccess } from '../../store/access-clock.ts';
import type { Call } from '../call.ts';
import type { CommandSpec } from '../command.ts';
import { deadlineMsMax } from '../deadline.ts';
import type { Pace, Work } from '../large-work.ts';
import { isSoundInSteps, isSoundPayload, readPayload } from '../rdb/payload.ts';
import { stageValue } from '../rdb/stage-value.ts';

export const command: CommandSpec = {
  name: 'restore',
  arity: -4,
  flags: ['write', 'denyoom'],
  keys: { first: 1, last: 1, step: 1 },
  keyFlags: ['OW', 'update'],
  categories: ['dangerous'],
  group: 'generic',
  since: '2.6.0',
  summary: 'Creates a key from what DUMP returned.',
  syntax: '<key> <ttl> <serialized-value> [REPLACE] [ABSTTL] [IDLETIME <seconds>] [FREQ <frequency>]',
  complexity: 'O(N), N being the size of the value',
  run: restore,
};

interface Options {
  replaces: boolean;
  isAbsolute: boolean;
  idleSeconds: number;
  frequency: number;
}

function restore(call: Call): void {
  const options = readOptions(call);
  if (!options.replaces && call.find(1) !== 0) throw new CommandError(busyKey);
  const ttlMs = call.bigInteger(2);
  if (ttlMs < 0n) throw new CommandError(invalidTtl);
  if (call.length(3) >= call.sliceSizes.largePayloadBytesMin) {
    call.services.largeWork.run(call, [], (own, pace) => restoreInSlices(own, pace, options, ttlMs));
    return;
  }
  const payload = call.bytes(3);
  if (!isSoundPayload(payload)) throw new CommandError(badPayloadFooter);
  const put = readPayload(payload);
  if (put === undefined) throw new CommandError(badPayload);
  const { store, keyspace: ks, buf: key } = call;
  const target = { store, ks, key, offset: call.offset(1), length: call.length(1) };
  place(call, options, ttlMs, (deadlineMs) => put({ ...target, deadlineMs }));
}

function* restoreInSlices(call: Call, pace: Pace, options: Options, ttlMs: bigint): Work {
  const payload = call.buf.subarray(call.offset(3), call.offset(3) + call.length(3));
  if (!(yield* isSoundInSteps(payload, call.sliceSizes.summedBytes)))
    throw new CommandError(badPayloadFooter);
  return yield* stageValue(call, 1, pace, payload, (put) => {
    // Somebody may have made the key meanwhile.
    if (!options.replaces && call.find(1) !== 0) throw new CommandError(busyKey);
    place(call, options, ttlMs, put);
  });
}

/** Has the value put, which can be done, and replies. */
function place(call: Call, options: Options, ttlMs: bigint, put: (deadlineMs: number) => void): void {
  const { store } = call;
  const deadlineMs = ttlMs === 0n ? 0 : deadlineOf(options.isAbsolute ? 0 : store.nowMs, ttlMs);
  if (deadlineMs !== 0 && deadlineMs <= store.nowMs) {
    if (call.removeKey(1)) call.notify('del', 1);
    call.reply.ok();
    return;
  }
  put(deadlineMs);
  const { idleSeconds, frequency } = options;
  const access = restoredAccess(store.nowMs, store.ground.isLfu, idleSeconds, frequency);
  const at = call.find(1);
  if (access !== undefined && at !== 0) store.entries.setAccess(at, access);
  call.notify('new', 1);
  call.notify('restore', 1);
  call.reply.ok();
}

/** What leaves 64 bits has passed, as in Redis; what the store cannot keep is as late as it can. */
function deadlineOf(fromMs: number, ttlMs: bigint): number {
  return Math.min(deadlineMsMax, Number(BigInt.asIntN(64, BigInt(fromMs) + ttlMs)));
}

function readOptions(call: Call): Options {
  const options: Options = { replaces: false, isAbsolute: false, idleSeconds: -1, frequency: -1 };
  for (let i = 4; i < call.argc; i++) {
    const hasNext = i + 1 < call.argc;
    if (call.is(i, 'replace')) options.replaces = true;
    else if (call.is(i, 'absttl')) options.isAbsolute = true;
    else if (call.is(i, 'idletime') && hasNext && options.frequency === -1) {
      options.idleSeconds = call.integer(++i);
      if (options.idleSeconds < 0) throw new CommandError(invalidIdleTime);
    } else if (call.is(i, 'freq') && hasNext && options.idleSeconds === -1) {
      options.frequency = call.integer(++i);
      if (options.frequency < 0 || options.frequency > 255) throw new CommandError(invalidFrequency);
    } else call.syntaxError();
  }
  return options;
}
