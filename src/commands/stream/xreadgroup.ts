// XREADGROUP GROUP group consumer [COUNT count] [BLOCK ms] [NOACK] STREAMS key [key ...] id [id ...]: with `>` entries
// that the group has not read yet, which become pending for the consumer; with an id what is pending for it.
// https://redis.io/commands/xreadgroup
import { CommandError } from '../../base/errors.ts';
import { StreamId } from '../../delta/stream-id.ts';
import { lastIdMeaningless, noSuchGroupToRead, streamGone } from '../../resp/errors.ts';
import { EntryType } from '../../store/entry.ts';
import { GroupOp } from '../../store/stream/group-note.ts';
import type { Consumer, Group } from '../../store/stream/groups.ts';
import type { Streams } from '../../store/streams.ts';
import type { Call } from '../call.ts';
import type { CommandSpec } from '../command.ts';
import type { KeyId } from '../key-changes.ts';
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

function run(call: Call): void {
  const options = readReadOptions(call, true);
  const { firstKey, keys, timeoutMs } = options;
  for (let key = firstKey; key < firstKey + keys; key++) check(call, key, options);
  const found: number[] = [];
  const named = new Map<KeyId, number>();
  for (let key = firstKey; key < firstKey + keys; key++) {
    if (isServed(call, key, options, named)) found.push(key);
  }
  if (found.length > 0) {
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

/** Throws where a stream, its group or the id is not what it should be. */
function check(call: Call, key: number, { group, keys }: ReadOptions): void {
  const { store } = call;
  const at = call.rerunning ? call.find(key) : call.findRead(key);
  const isStream = at !== 0 && store.entries.type(at) === EntryType.stream;
  if (call.rerunning && !isStream) throw new CommandError(streamGone);
  const streams = openStream(call, key);
  if (findGroup(call, streams, group) === undefined)
    throw new CommandError(noSuchGroupToRead(call.text(key), call.text(group)));
  const idAt = key + keys;
  if (call.is(idAt, '$')) throw new CommandError(lastIdMeaningless);
  if (!call.is(idAt, '>')) readId(call, idAt, id);
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

function serve(call: Call, key: number, options: ReadOptions): void {
  const streams = openStream(call, key);
  const group = findGroup(call, streams, options.group)!;
  const consumer = joinConsumer(call, streams, group, options.group + 1, key);
  const idAt = key + options.keys;
  if (!call.is(idAt, '>')) {
    replyKey(call, key);
    readId(call, idAt, start);
    replyPending(call, streams, group, consumer, options.count);
    return;
  }
  start.copy(group.lastId).increment();
  const n = countRange(streams, start, end, options.count);
  if (!options.noAck) call.store.requireBlock(n * deliveryBytes + chunkBytes);
  replyKey(call, key);
  deliver(call, streams, group, consumer, n, options.noAck);
}

/** Replies with `n` entries from `start` on and makes them pending. */
function deliver(
  call: Call,
  streams: Streams,
  group: Group,
  consumer: Consumer,
  n: number,
  noAck: boolean,
): void {
  const { live } = streams;
  const { nowMs } = call.store;
  const groups = streams.groupsToWrite();
  call.reply.array(n);
  const isNoted = !noAck && call.store.recorder !== undefined;
  const note = isNoted ? groups.noteDeliveries(group, consumer, nowMs) : undefined;
  live.seek(start);
  for (let i = 0; i < n; i++) {
    replyEntry(streams, call.reply);
    id.copy(live.codec.id);
    if (!noAck) groups.deliver(group, consumer, id, nowMs, 1);
    note?.id(id).number(1);
    advance(streams, group, i === n - 1);
  }
  consumer.activeMs = nowMs;
  if (note !== undefined && n > 0) streams.recordGroup(note);
  streams.recordGroup(groups.noteGroup(GroupOp.set, group));
  call.store.touch(streams.at);
}

/** Counts the entry in `id` as read, and goes on to the next one. */
function advance(streams: Streams, group: Group, isLast: boolean): void {
  const { live } = streams;
  const stands = advanceGroup(streams, group, id);
  if (isLast) return;
  if (stands) live.next();
  else if (live.seek(id)) live.next();
}

/** Replies with what is pending for the consumer behind the id in `start`; of what is gone, the id alone. */
function replyPending(call: Call, streams: Streams, group: Group, consumer: Consumer, count: number): void {
  const { pending, live } = streams;
  const { nowMs } = call.store;
  const ids: StreamId[] = [];
  start.increment();
  pending.open(group, consumer);
  for (let more = pending.seek(start); more; more = pending.next()) {
    ids.push(new StreamId().copy(pending.id));
    if (ids.length === count) break;
  }
  call.reply.array(ids.length);
  for (const each of ids) {
    if (streams.size > 0 && live.find(each)) {
      replyEntry(streams, call.reply);
      if (pending.find(each)) pending.set(each, consumer.number, nowMs, pending.deliveries + 1);
    } else {
      call.reply.array(2);
      replyId(call.reply, each);
      call.reply.nilArray();
    }
  }
}
