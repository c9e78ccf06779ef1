// XPENDING key group [[IDLE min-idle-time] start end count [consumer]]: what was delivered in a group and not
// acknowledged. https://redis.io/commands/xpending
import { atOnce } from '../../base/at-once.ts';
import { StreamId } from '../../delta/stream-id.ts';
import type { Consumer, Group, PendingChunks } from '../../store/stream/groups.ts';
import type { Streams } from '../../store/streams.ts';
import type { Call } from '../call.ts';
import type { CommandSpec } from '../command.ts';
import type { Work } from '../large-work.ts';
import { openGroup, readName } from './open-group.ts';
import { openStream } from './open-stream.ts';
import { readBound } from './read-id.ts';
import { replyId } from './reply-entries.ts';

export const command: CommandSpec = {
  name: 'xpending',
  arity: -3,
  flags: ['readonly'],
  keys: { first: 1, last: 1, step: 1 },
  keyFlags: ['RO', 'access'],
  group: 'stream',
  since: '5.0.0',
  summary: 'Tells what is pending in a group, as a whole or entry by entry.',
  syntax: '<key> <group> [[IDLE <min-idle-time>] <start:string> <end:string> <count> [<consumer>]]',
  complexity: 'O(N), N being the number of pending entries looked at',
  run,
};

const start = new StreamId();
const end = new StreamId();
const id = new StreamId();

function run(call: Call): void {
  const { argc } = call;
  if (argc === 3) {
    const { streams, group } = openGroup(call);
    summarize(call, streams, group);
    return;
  }
  if (argc < 6 || argc > 9) call.syntaxError();
  let at = 3;
  let idleMs = 0;
  if (call.is(3, 'idle')) {
    idleMs = call.integer(4);
    if (argc < 8) call.syntaxError();
    at = 5;
  }
  const count = Math.max(0, call.integer(at + 2));
  readBound(call, at, start, false);
  readBound(call, at + 1, end, true);
  const { streams, group } = openGroup(call);
  const [first, last] = [new StreamId().copy(start), new StreamId().copy(end)];
  const atMs = call.store.nowMs;
  list(call, streams, group, { first, last, count, idleMs, atMs, consumerAt: at + 3 < argc ? at + 3 : 0 });
}

function summarize(call: Call, streams: Streams, group: Group): void {
  const { reply } = call;
  const { pending } = streams;
  pending.open(group);
  reply.array(4);
  reply.integer(pending.count);
  if (pending.count === 0) {
    reply.nil();
    reply.nil();
    reply.nilArray();
    return;
  }
  replyId(reply, pending.chunks.first(id));
  replyId(reply, pending.chunks.last(id));
  const consumers = streams.groups!.consumersOf(group).filter((consumer) => consumer.pending > 0);
  reply.array(consumers.length);
  for (const { name, pending: n } of consumers) {
    reply.array(2);
    reply.bulk(name, 0, name.length);
    reply.bulkInteger(n);
  }
}

interface Listing {
  readonly first: StreamId;
  readonly last: StreamId;
  readonly count: number;
  readonly idleMs: number;
  /** Unix ms. */
  readonly atMs: number;
  /** 0 = all consumers. */
  readonly consumerAt: number;
}

function list(call: Call, streams: Streams, group: Group, listing: Listing): void {
  const { reply } = call;
  const { pending } = streams;
  const { count, consumerAt, first, last, idleMs } = listing;
  if (count === 0 || (consumerAt > 0 && consumerOf(call, group, listing) === undefined)) {
    reply.array(0);
    return;
  }
  pending.open(group, consumerOf(call, group, listing));
  const most = pending.countBetween(first, last);
  const looks = idleMs > 0 ? most : Math.min(count, most);
  if (looks >= call.sliceSizes.largeElementsMin)
    call.services.largeWork.run(call, [1], (own) => slices(own, listing));
  else atOnce(replyRows(call, listing));
}

function consumerOf(call: Call, group: Group, { consumerAt }: Listing): Consumer | undefined {
  return consumerAt === 0 ? undefined : group.consumers.get(readName(call, consumerAt));
}

/** False where a group of the stream has changed meanwhile. */
function* slices(call: Call, listing: Listing): Work {
  const { groupChanges } = openGroup(call, true).streams;
  const steps = replyRows(call, listing);
  while (steps.next().done !== true) {
    yield;
    const streams = openStream(call, 1);
    if (streams.at === 0 || streams.groupChanges !== groupChanges) return false;
  }
  return true;
}

/** Replies in slices with what a group that is there has pending; it must not change meanwhile. */
function* replyRows(call: Call, listing: Listing): Generator<void, void, void> {
  const { reply } = call;
  const { idleMs, atMs, first, last } = listing;
  let { count } = listing;
  if (idleMs > 0) {
    let found = 0;
    yield* visit(call, listing, count, () => {
      found += 1;
    });
    count = found;
  } else {
    const { streams, group } = openGroup(call, true);
    streams.pending.open(group, consumerOf(call, group, listing));
    count = Math.min(count, streams.pending.countBetween(first, last));
  }
  reply.array(count);
  yield* visit(call, listing, count, (pending, { name }) => {
    reply.array(4);
    replyId(reply, pending.id);
    reply.bulk(name, 0, name.length);
    reply.integer(Math.max(0, atMs - pending.timeMs));
    reply.integer(pending.deliveries);
  });
}

type Visit = (pending: PendingChunks, consumer: Consumer) => void;

/** Visits in slices the first `count` of what is asked for. */
function* visit(call: Call, listing: Listing, count: number, each: Visit): Generator<void, void, void> {
  const { elements } = call.sliceSizes;
  const { first, last, idleMs, atMs } = listing;
  const next = new StreamId().copy(first);
  for (let left = count; left > 0; ) {
    const { streams, group } = openGroup(call, true);
    const { pending } = streams;
    pending.open(group, consumerOf(call, group, listing));
    let more = pending.seek(next);
    for (let looks = 0; more && left > 0 && looks < elements; looks++) {
      if (pending.id.compare(last) > 0) return;
      if (idleMs === 0 || Math.max(0, atMs - pending.timeMs) >= idleMs) {
        each(pending, group.byNumber[pending.consumer]!);
        left -= 1;
      }
      more = pending.next();
    }
    if (!more) return;
    next.copy(pending.id);
    if (left > 0) yield;
  }
}
