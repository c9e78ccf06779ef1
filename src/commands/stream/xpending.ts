// XPENDING key group [[IDLE min-idle-time] start end count [consumer]]: what was delivered in a group and not
// acknowledged. https://redis.io/commands/xpending
import { StreamId } from '../../delta/stream-id.ts';
import type { Group } from '../../store/stream/groups.ts';
import type { Streams } from '../../store/streams.ts';
import type { Call } from '../call.ts';
import type { CommandSpec } from '../command.ts';
import { openGroup, readName } from './open-group.ts';
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
  list(call, streams, group, { count, idleMs, consumerAt: at + 3 < argc ? at + 3 : 0 });
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

interface ListOptions {
  readonly count: number;
  readonly idleMs: number;
  /** 0 = all consumers. */
  readonly consumerAt: number;
}

function list(call: Call, streams: Streams, group: Group, options: ListOptions): void {
  const { reply, store } = call;
  const { pending } = streams;
  const { count, idleMs, consumerAt } = options;
  const consumer = consumerAt === 0 ? undefined : group.consumers.get(readName(call, consumerAt));
  if (consumerAt !== 0 && consumer === undefined) {
    reply.array(0);
    return;
  }
  pending.open(group, consumer);
  const rows: { readonly id: StreamId; readonly name: Buffer; readonly ms: number; readonly n: number }[] =
    [];
  for (let more = count > 0 && pending.seek(start); more && rows.length < count; more = pending.next()) {
    if (pending.id.compare(end) > 0) break;
    const ms = Math.max(0, store.nowMs - pending.timeMs);
    if (idleMs > 0 && ms < idleMs) continue;
    const { name } = group.byNumber[pending.consumer]!;
    rows.push({ id: new StreamId().copy(pending.id), name, ms, n: pending.deliveries });
  }
  reply.array(rows.length);
  for (const row of rows) {
    reply.array(4);
    replyId(reply, row.id);
    reply.bulk(row.name, 0, row.name.length);
    reply.integer(row.ms);
    reply.integer(row.n);
  }
}
