// XCLAIM key group consumer min-idle-time id [id ...] [IDLE ms] [TIME unix-ms] [RETRYCOUNT count] [FORCE] [JUSTID]
// [LASTID id]: hands pending entries to another consumer. https://redis.io/commands/xclaim
import { CommandError } from '../../base/errors.ts';
import { StreamId } from '../../delta/stream-id.ts';
import { badClaimNumber, unknownClaimOption } from '../../resp/errors.ts';
import { GroupOp } from '../../store/stream/group-note.ts';
import type { Group } from '../../store/stream/groups.ts';
import type { Streams } from '../../store/streams.ts';
import type { Call } from '../call.ts';
import type { CommandSpec } from '../command.ts';
import { type Claim, claimEntry, dropPending } from './claim-entry.ts';
import { joinConsumer, openGroup } from './open-group.ts';
import { readId } from './read-id.ts';
import { replyEntry, replyId } from './reply-entries.ts';

export const command: CommandSpec = {
  name: 'xclaim',
  arity: -6,
  flags: ['write', 'fast'],
  keys: { first: 1, last: 1, step: 1 },
  keyFlags: ['RW', 'update'],
  group: 'stream',
  since: '5.0.0',
  summary: 'Hands pending entries to another consumer.',
  syntax:
    '<key> <group> <consumer> <min-idle-time> <id> [<id> ...] [IDLE <ms>] [TIME <unix-time-milliseconds>] ' +
    '[RETRYCOUNT <count>] [FORCE] [JUSTID] [LASTID <lastid>]',
  complexity: 'O(log N) for each id, N being the number of pending entries of the group',
  run,
};

const id = new StreamId();
const lastId = new StreamId();

interface ClaimOptions extends Claim {
  readonly force: boolean;
}

function run(call: Call): void {
  const { streams, group } = openGroup(call);
  const idleMs = Math.max(0, call.integer(4, badClaimNumber('min-idle-time', call.name)));
  let idsEnd = 5;
  while (idsEnd < call.argc && id.parse(call.buf, call.offset(idsEnd), call.length(idsEnd))) idsEnd += 1;
  lastId.set(0, 0, 0, 0);
  const options = readOptions(call, idsEnd);
  const groups = streams.groupsToWrite();
  if (lastId.compare(group.lastId) > 0) {
    group.lastId.copy(lastId);
    streams.recordGroup(groups.noteGroup(GroupOp.set, group));
  }
  const consumer = joinConsumer(call, streams, group, 3, 1);
  const claimed: StreamId[] = [];
  if (streams.size > 0) streams.live.begin();
  for (let i = 5; i < idsEnd; i++) {
    readId(call, i, id);
    const before = deliveriesOf(call, streams, group, options, idleMs);
    if (before === undefined) continue;
    claimEntry(streams, group, consumer, id, before, options);
    claimed.push(new StreamId().copy(id));
  }
  replyClaimed(call, streams, claimed, options.justId);
}

/**
 * How often the entry in `id` was delivered so far; undefined where it may not be handed over. What is pending of one
 * that is gone is forgotten.
 */
function deliveriesOf(
  call: Call,
  streams: Streams,
  group: Group,
  { force }: ClaimOptions,
  idleMs: number,
): number | undefined {
  const { pending, live } = streams;
  if (streams.size === 0 || !live.findOnward(id)) {
    dropPending(streams, group, id);
    return undefined;
  }
  pending.open(group);
  if (pending.count === 0 || !pending.find(id)) return force ? 1 : undefined;
  return call.store.nowMs - pending.timeMs >= idleMs ? pending.deliveries : undefined;
}

function readOptions(call: Call, from: number): ClaimOptions {
  const { nowMs } = call.store;
  let timeMs = -1;
  let deliveries = -1;
  let force = false;
  let justId = false;
  for (let i = from; i < call.argc; i++) {
    const more = i + 1 < call.argc;
    const read = (what: string): number => call.integer(++i, badClaimNumber(`${what} option`, call.name));
    if (call.is(i, 'force')) force = true;
    else if (call.is(i, 'justid')) justId = true;
    else if (more && call.is(i, 'idle')) timeMs = nowMs - read('IDLE');
    else if (more && call.is(i, 'time')) timeMs = read('TIME');
    else if (more && call.is(i, 'retrycount')) deliveries = read('RETRYCOUNT');
    else if (more && call.is(i, 'lastid')) readId(call, ++i, lastId);
    else throw new CommandError(unknownClaimOption(call.text(i)));
  }
  if (timeMs < 0 || timeMs > nowMs) timeMs = nowMs;
  return { timeMs, deliveries, force, justId };
}

export function replyClaimed(call: Call, streams: Streams, ids: readonly StreamId[], justId: boolean): void {
  const { live } = streams;
  call.reply.array(ids.length);
  if (ids.length > 0) live.begin();
  for (const each of ids) {
    if (justId) replyId(call.reply, each);
    else if (live.findOnward(each)) replyEntry(streams, call.reply);
  }
}
