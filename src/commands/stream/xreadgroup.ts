// XREADGROUP GROUP group consumer [COUNT count] [BLOCK ms] [NOACK] STREAMS key [key ...] id [id ...]: with `>` entries
// that the group has not read yet, which become pending for the consumer; with an id what is pending for it.
// https://redis.io/commands/xreadgroup
import { CommandError } from '../../base/errors.ts';
import { StreamId } from '../../delta/stream-id.ts';
import { idMeaningless, noSuchGroupToRead, streamGone } from '../../resp/errors.ts';
import { EntryType } from '../../store/entry.ts';
import { hasAmpleRoom } from '../../store/room.ts';
import { GroupOp } from '../../store/stream/group-note.ts';
import type { Consumer, Group } from '../../store/stream/groups.ts';
import type { Streams } from '../../store/streams.ts';
import type { Call } from '../call.ts';
import type { CommandSpec } from '../command.ts';
import type { KeyId } from '../key-changes.ts';
import { changeInPlace, type Pace, type Work } from '../large-work.ts';
import { advanceGroup, findGroup, joinConsumer } from './open-group.ts';
import { openStream } from './open-stream.ts';
import { readId } from './read-id.ts';
import {
  findStreamKeys,
  type ReadOptions,
  readReadOptions,
  replyKey,
  replyStreams,
  streamKeys,
} from './read-options.ts';
import { countRange, replyEntry, replyId } from './reply-entries.ts';

export const command: CommandSpec = {
  name: 'xreadgroup',
  arity: -7,
  flags: ['write', 'blocking', 'movablekeys'],
  keySpecs: streamKeys(4),
  findKeys: findStreamKeys,
  group: 'stream',
  since: '5.0.0',
  summary: 'Returns entries of streams that a group has not read yet, or what is pending for a consumer.',
  syntax:
    'GROUP (<group> <consumer>) [COUNT <count>] [BLOCK <milliseconds>] [NOACK] STREAMS (<key> [<key> ...] <id> [<id> ...])',
  complexity: 'O(log(N)+M) for each stream, N being its entries and M those returned',
  run,
};

const start = new StreamId();
const end = new StreamId().setMax();
const id = new StreamId();
/** What a delivery takes in memory at most, and what chunks of them take beside. */
const deliveryBytes = 64;
const chunkBytes = 16_384;

/** A stream that has something for the consumer. */
interface Served {
  readonly streams: Streams;
  readonly group: Group;
  readonly consumer: Consumer;
  /** What the group has not read yet is asked for. */
  readonly isNew: boolean;
}

function run(call: Call): void {
  const options = readReadOptions(call, true);
  const { firstKey, keys, timeoutMs } = options;
  check(call, options, call.rerunning ? (key) => call.find(key) : (key) => call.findRead(key));
  const found = findServed(call, options);
  if (isLarge(call, found, options)) {
    call.services.largeWork.run(call, [], (own, pace) => slices(own, pace, options));
  } else if (found.length > 0) {
    replyStreams(call, found.length);
    for (const key of found) serve(call, key, options);
  } else if (timeoutMs < 0) call.reply.nilArray();
  else {
    const lastKey = firstKey + keys - 1;
    call.block({
      firstKey,
      lastKey,
      timeoutMs,
      onTimeout: (late) => late.nilArray(),
      wakesOnLoss: true,
    });
  }
}

/** Whether so much is to be served, with room for it, that it is worth slicing. */
function isLarge(call: Call, found: readonly number[], options: ReadOptions): boolean {
  const { largeElementsMin } = call.sliceSizes;
  if (options.count > 0 && options.count * found.length < largeElementsMin) return false;
  let count = 0;
  for (const key of found) count += countServed(call, key, options, openServed(call, key, options));
  return count >= largeElementsMin && hasAmpleRoom(call.store, count * deliveryBytes);
}

function* slices(call: Call, pace: Pace, options: ReadOptions): Work {
  const { firstKey, keys: count, timeoutMs } = options;
  const keys = Array.from({ length: count }, (_, i) => firstKey + i);
  let isServed = false;
  const steps = function* (): Generator<void, void, void> {
    // Others may have been served since it was asked for.
    check(call, options, (key) => call.find(key));
    const found = findServed(call, options);
    isServed = found.length > 0;
    if (isServed) replyStreams(call, found.length);
    for (const key of found) yield* serveInSlices(call, key, options);
  };
  if (!(yield* changeInPlace(call, pace, { keys, dots: 0, steps }))) return 'again';
  if (!isServed && timeoutMs >= 0) return 'again';
  if (!isServed) call.reply.nilArray();
  return true;
}

/** Throws where a stream, its group or the id is not what it should be. */
function check(call: Call, { group, firstKey, keys }: ReadOptions, find: (key: number) => number): void {
  const { store } = call;
  for (let key = firstKey; key < firstKey + keys; key++) {
    const at = find(key);
    const isStream = at !== 0 && store.entries.type(at) === EntryType.stream;
    if (call.rerunning && !isStream) throw new CommandError(streamGone);
    const streams = openStream(call, key);
    if (findGroup(call, streams, group) === undefined)
      throw new CommandError(noSuchGroupToRead(call.text(key), call.text(group)));
    const idAt = key + keys;
    if (call.is(idAt, '$') || call.is(idAt, '+')) throw new CommandError(idMeaningless(call.text(idAt)));
    if (!call.is(idAt, '>')) readId(call, idAt, id);
  }
}

/** The keys of streams that have something for the consumer. */
function findServed(call: Call, options: ReadOptions): number[] {
  const { firstKey, keys } = options;
  const found: number[] = [];
  const named = new Map<KeyId, number>();
  for (let key = firstKey; key < firstKey + keys; key++) {
    if (isServed(call, key, options, named)) found.push(key);
  }
  return found;
}

/**
 * Whether a stream has something for the consumer, which comes to be if it is not there, when it comes to this key.
 * `named`: how often streams were named before for what is new in them.
 */
function isServed(
  call: Call,
  key: number,
  { group: groupAt, keys, count }: ReadOptions,
  named: Map<KeyId, number>,
): boolean {
  const streams = openStream(call, key);
  const group = findGroup(call, streams, groupAt)!;
  joinConsumer(call, streams, group, groupAt + 1, key);
  if (!call.is(key + keys, '>')) return true;
  if (streams.size === 0 || streams.live.last(id).compare(group.lastId) <= 0) return false;
  if (keys === 1) return true;
  const keyId = call.keyId(key);
  const before = named.get(keyId) ?? 0;
  named.set(keyId, before + 1);
  if (before === 0 || count === 0) return before === 0;
  start.copy(group.lastId).increment();
  return countRange(streams, start, end, 0) > before * count;
}

function openServed(call: Call, key: number, options: ReadOptions): Served {
  const streams = openStream(call, key);
  const group = findGroup(call, streams, options.group)!;
  const consumer = joinConsumer(call, streams, group, options.group + 1, key);
  return { streams, group, consumer, isNew: call.is(key + options.keys, '>') };
}

/** How many entries the consumer gets; `start` is where they begin. */
function countServed(call: Call, key: number, { keys, count }: ReadOptions, served: Served): number {
  const { streams, group, consumer, isNew } = served;
  if (isNew) {
    start.copy(group.lastId).increment();
    return countRange(streams, start, end, count);
  }
  if (!readId(call, key + keys, start).increment()) return 0;
  streams.pending.open(group, consumer);
  const n = streams.pending.countBetween(start, end);
  return count > 0 ? Math.min(count, n) : n;
}

function serve(call: Call, key: number, options: ReadOptions): void {
  const served = openServed(call, key, options);
  const n = countServed(call, key, options, served);
  if (served.isNew && !options.noAck) call.store.requireBlock(n * deliveryBytes + chunkBytes);
  replyKey(call, key);
  call.reply.array(n);
  if (served.isNew) deliver(call, served, n, options.noAck);
  else replyPending(call, served, start, n);
}

function* serveInSlices(call: Call, key: number, options: ReadOptions): Generator<void, void, void> {
  let served = openServed(call, key, options);
  const n = countServed(call, key, options, served);
  const next = new StreamId().copy(start);
  const { elements } = call.sliceSizes;
  replyKey(call, key);
  call.reply.array(n);
  for (let rest = n; rest > 0; rest -= elements) {
    const part = Math.min(rest, elements);
    if (served.isNew) deliver(call, served, part, options.noAck);
    else replyPending(call, served, next, part);
    yield;
    served = openServed(call, key, options);
  }
}

/** Replies with `n` entries behind what the group has read, and makes them pending. */
function deliver(call: Call, { streams, group, consumer }: Served, n: number, noAck: boolean): void {
  const { live } = streams;
  const { nowMs } = call.store;
  const groups = streams.groupsToWrite();
  const isNoted = !noAck && call.store.recorder !== undefined;
  const note = isNoted ? groups.noteDeliveries(group, consumer, nowMs) : undefined;
  start.copy(group.lastId).increment();
  live.seek(start);
  let delivered = 0;
  try {
    while (delivered < n) {
      replyEntry(streams, call.reply);
      id.copy(live.codec.id);
      if (!noAck) groups.deliver(group, consumer, id, nowMs, 1);
      note?.id(id).number(1);
      delivered += 1;
      advance(streams, group, delivered === n);
    }
  } finally {
    // A reply that gets too long takes back nothing of what was delivered.
    consumer.activeMs = nowMs;
    if (note !== undefined && delivered > 0) streams.recordGroup(note);
    streams.recordGroup(groups.noteGroup(GroupOp.set, group));
    call.store.touch(streams.at);
  }
}

/** Counts the entry in `id` as read, and goes on to the next one. */
function advance(streams: Streams, group: Group, isLast: boolean): void {
  const { live } = streams;
  const stands = advanceGroup(streams, group, id);
  if (isLast) return;
  if (stands) live.next();
  else if (live.seek(id)) live.next();
}

/**
 * Replies with `n` entries that are pending for the consumer from `next` on, which then is what comes next; of what is
 * gone, with the id alone.
 */
function replyPending(call: Call, { streams, group, consumer }: Served, next: StreamId, n: number): void {
  const { pending, live } = streams;
  const { nowMs } = call.store;
  if (n === 0) return;
  pending.open(group, consumer);
  pending.seek(next);
  for (let i = 0; i < n; i++) {
    if (i > 0) pending.next();
    next.copy(pending.id);
    if (streams.size > 0 && live.find(next)) {
      replyEntry(streams, call.reply);
      pending.restate(consumer.number, nowMs, pending.deliveries + 1);
    } else {
      call.reply.array(2);
      replyId(call.reply, next);
      call.reply.nilArray();
    }
  }
  next.increment();
  // Work in slices that reads the group begins anew.
  streams.groupsToWrite().changes += 1;
}
