// XINFO STREAM | GROUPS | CONSUMERS: what is known of a stream and of its groups. What Redis tells of radix trees is
// told of chunks. https://redis.io/commands/xinfo
import { CommandError } from '../../base/errors.ts';
import { StreamId } from '../../delta/stream-id.ts';
import { noSuchKey, wrongSubcommand } from '../../resp/errors.ts';
import type { Consumer, Group } from '../../store/stream/groups.ts';
import type { Streams } from '../../store/streams.ts';
import type { Call } from '../call.ts';
import type { CommandFlag, CommandSpec } from '../command.ts';
import { helpSubcommand } from '../help.ts';
import { subcommandsOf } from '../subcommand.ts';
import { lagOf, requireGroup } from './open-group.ts';
import { readStream } from './open-stream.ts';
import { countRange, replyEntry, replyForward, replyId } from './reply-entries.ts';

const flags: readonly CommandFlag[] = ['readonly'];
const subcommand = subcommandsOf({
  group: 'stream',
  since: '5.0.0',
  keys: { first: 2, last: 2, step: 1 },
  keyFlags: ['RO', 'access'],
  complexity: 'O(N), N being the number of items returned',
});

export const command: CommandSpec = {
  name: 'xinfo',
  arity: -2,
  flags: [],
  group: 'stream',
  since: '5.0.0',
  summary: 'Tells about streams and their groups.',
  complexity: 'Depends on the subcommand',
  subcommands: [
    subcommand('consumers', 4, flags, 'Lists the consumers of a group.', '<key> <group>', consumers),
    subcommand('groups', 3, flags, 'Lists the groups of a stream.', '<key>', groups),
    helpSubcommand('stream', '5.0.0'),
    subcommand(
      'stream',
      -3,
      flags,
      'Tells about a stream; with FULL also its first entries and what is pending.',
      '<key> [FULL [COUNT <count>]]',
      stream,
    ),
  ],
};

const countDefault = 10;
const id = new StreamId();
const first = new StreamId();
const end = new StreamId().setMax();

function openExisting(call: Call): Streams {
  const streams = readStream(call, 2);
  if (streams === undefined) throw new CommandError(noSuchKey);
  return streams;
}

function consumers(call: Call): void {
  const { reply, store } = call;
  const streams = openExisting(call);
  const group = requireGroup(call, streams, 2, 3);
  const all = streams.groups!.consumersOf(group);
  reply.array(all.length);
  for (const { name, pending, seenMs, activeMs } of all) {
    reply.map(4);
    label(call, 'name');
    reply.bulk(name, 0, name.length);
    label(call, 'pending');
    reply.integer(pending);
    label(call, 'idle');
    reply.integer(Math.max(0, store.nowMs - seenMs));
    label(call, 'inactive');
    reply.integer(activeMs === -1 ? -1 : Math.max(0, store.nowMs - activeMs));
  }
}

function label(call: Call, text: string): void {
  call.reply.bulkLatin1(text);
}

function groups(call: Call): void {
  const { reply } = call;
  const streams = openExisting(call);
  const all = streams.groups?.all() ?? [];
  reply.array(all.length);
  for (const group of all) {
    reply.map(6);
    label(call, 'name');
    reply.bulk(group.name, 0, group.name.length);
    label(call, 'consumers');
    reply.integer(group.consumers.size);
    label(call, 'pending');
    reply.integer(pendingOf(streams, group));
    replyProgress(call, streams, group);
  }
}

function pendingOf(streams: Streams, group: Group): number {
  streams.pending.open(group);
  return streams.pending.count;
}

function replyProgress(call: Call, streams: Streams, group: Group): void {
  const { reply } = call;
  label(call, 'last-delivered-id');
  replyId(reply, group.lastId);
  label(call, 'entries-read');
  if (group.entriesRead === -1) reply.nil();
  else reply.integer(group.entriesRead);
  label(call, 'lag');
  const lag = lagOf(streams, group);
  if (lag === -1) reply.nil();
  else reply.integer(lag);
}

function stream(call: Call): void {
  const streams = openExisting(call);
  const { argc, reply } = call;
  const isFull = argc > 3 && call.is(3, 'full');
  let count = countDefault;
  const isSound = argc === 3 || (isFull && (argc === 4 || (argc === 6 && call.is(4, 'count'))));
  if (!isSound) throw new CommandError(wrongSubcommand(call.text(1), 'XINFO'));
  if (argc === 6) {
    count = call.integer(5);
    if (count < 0) count = countDefault;
  }
  reply.map(isFull ? 9 : 10);
  replyShape(call, streams);
  if (isFull) {
    label(call, 'entries');
    replyForward(streams, first, countRange(streams, first.set(0, 0, 0, 0), end, count), reply);
    replyGroups(call, streams, count);
    return;
  }
  label(call, 'groups');
  reply.integer(streams.groups?.size ?? 0);
  label(call, 'first-entry');
  replyEdge(call, streams, true);
  label(call, 'last-entry');
  replyEdge(call, streams, false);
}

function replyShape(call: Call, streams: Streams): void {
  const { reply } = call;
  const { size: chunks } = streams.live.directory;
  label(call, 'length');
  reply.integer(streams.size);
  label(call, 'radix-tree-keys');
  reply.integer(chunks);
  label(call, 'radix-tree-nodes');
  reply.integer(chunks + 1);
  label(call, 'last-generated-id');
  replyId(reply, streams.lastId(id));
  label(call, 'max-deleted-entry-id');
  replyId(reply, streams.maxDeleted(id));
  label(call, 'entries-added');
  reply.integer(streams.added);
  label(call, 'recorded-first-entry-id');
  replyId(reply, streams.size === 0 ? id.set(0, 0, 0, 0) : streams.live.first(id));
}

function replyEdge(call: Call, streams: Streams, isFirst: boolean): void {
  if (streams.size === 0) {
    call.reply.nil();
    return;
  }
  const { live } = streams;
  live.find(isFirst ? live.first(id) : live.last(id));
  replyEntry(streams, call.reply);
}

function replyGroups(call: Call, streams: Streams, count: number): void {
  const { reply } = call;
  const all = streams.groups?.all() ?? [];
  label(call, 'groups');
  reply.array(all.length);
  for (const group of all) {
    reply.map(7);
    label(call, 'name');
    reply.bulk(group.name, 0, group.name.length);
    replyProgress(call, streams, group);
    label(call, 'pel-count');
    reply.integer(pendingOf(streams, group));
    label(call, 'pending');
    replyPending(call, streams, group, undefined, count);
    label(call, 'consumers');
    const members = streams.groups!.consumersOf(group);
    reply.array(members.length);
    for (const consumer of members) replyConsumer(call, streams, group, consumer, count);
  }
}

function replyConsumer(call: Call, streams: Streams, group: Group, consumer: Consumer, count: number): void {
  const { reply } = call;
  reply.map(5);
  label(call, 'name');
  reply.bulk(consumer.name, 0, consumer.name.length);
  label(call, 'seen-time');
  reply.integer(consumer.seenMs);
  label(call, 'active-time');
  reply.integer(consumer.activeMs);
  label(call, 'pel-count');
  reply.integer(consumer.pending);
  label(call, 'pending');
  replyPending(call, streams, group, consumer, count);
}

/** What is pending in a group, or of it for one consumer: at most `count` (0 = all). */
function replyPending(
  call: Call,
  streams: Streams,
  group: Group,
  consumer: Consumer | undefined,
  count: number,
): void {
  const { reply } = call;
  const { pending } = streams;
  pending.open(group, consumer);
  const known = consumer?.pending ?? pending.count;
  const n = count === 0 ? known : Math.min(count, known);
  reply.array(n);
  let more = pending.seek(id.set(0, 0, 0, 0));
  for (let told = 0; more && told < n; told++) {
    reply.array(consumer === undefined ? 4 : 3);
    replyId(reply, pending.id);
    if (consumer === undefined) {
      const { name } = group.byNumber[pending.consumer]!;
      reply.bulk(name, 0, name.length);
    }
    reply.integer(pending.timeMs);
    reply.integer(pending.deliveries);
    more = pending.next();
  }
}
