// XAUTOCLAIM key group consumer min-idle-time start [COUNT count] [JUSTID]: hands what has been pending for long to
// another consumer, so many at a time. https://redis.io/commands/xautoclaim
import { CommandError } from '../../base/errors.ts';
import { StreamId } from '../../delta/stream-id.ts';
import { badClaimNumber, claimCountNotPositive } from '../../resp/errors.ts';
import type { Consumer, Group } from '../../store/stream/groups.ts';
import type { Streams } from '../../store/streams.ts';
import type { Call } from '../call.ts';
import type { CommandSpec } from '../command.ts';
import { claimEntry, dropPending } from './claim-entry.ts';
import { joinConsumer, openGroup } from './open-group.ts';
import { readBound } from './read-id.ts';
import { replyId } from './reply-entries.ts';
import { replyClaimed } from './xclaim.ts';

export const command: CommandSpec = {
  name: 'xautoclaim',
  arity: -6,
  flags: ['write', 'fast'],
  keys: { first: 1, last: 1, step: 1 },
  keyFlags: ['RW', 'delete'],
  group: 'stream',
  since: '6.2.0',
  summary: 'Hands entries that have been pending for long to another consumer, and tells where to go on.',
  syntax: '<key> <group> <consumer> <min-idle-time> <start:string> [COUNT <count>] [JUSTID]',
  complexity: 'O(1) where COUNT is small',
  run,
};

const countDefault = 100;
const looksPerClaim = 10;
const countMax = 2n ** 59n;
const start = new StreamId();

interface AutoClaim {
  readonly idleMs: number;
  readonly count: number;
  readonly justId: boolean;
}

function run(call: Call): void {
  const idleMs = Math.max(0, call.integer(4, badClaimNumber('min-idle-time', call.name)));
  readBound(call, 5, start, false);
  let count = countDefault;
  let justId = false;
  for (let i = 6; i < call.argc; i++) {
    if (i + 1 < call.argc && call.is(i, 'count')) {
      const wanted = call.bigInteger(++i, claimCountNotPositive);
      if (wanted < 1n || wanted > countMax) throw new CommandError(claimCountNotPositive);
      count = Number(wanted);
    } else if (call.is(i, 'justid')) justId = true;
    else call.syntaxError();
  }
  const { streams, group } = openGroup(call);
  const consumer = joinConsumer(call, streams, group, 3, 1);
  claim(call, streams, group, consumer, { idleMs, count, justId });
}

function claim(call: Call, streams: Streams, group: Group, consumer: Consumer, options: AutoClaim): void {
  const { pending, live } = streams;
  const { reply, store } = call;
  const { nowMs } = store;
  const claimed: StreamId[] = [];
  const deliveries: number[] = [];
  const gone: StreamId[] = [];
  if (streams.size > 0) live.begin();
  pending.open(group);
  let more = pending.count > 0 && pending.seek(start);
  const looksMax = options.count * looksPerClaim;
  for (let looks = 0; more && looks < looksMax && claimed.length + gone.length < options.count; looks++) {
    const id = new StreamId().copy(pending.id);
    if (streams.size === 0 || !live.findOnward(id)) gone.push(id);
    else if (nowMs - pending.timeMs >= options.idleMs) {
      claimed.push(id);
      deliveries.push(pending.deliveries);
    }
    more = pending.next();
  }
  start.set(0, 0, 0, 0);
  if (more) start.copy(pending.id);
  for (const id of gone) dropPending(streams, group, id);
  const claim = { timeMs: nowMs, deliveries: -1, justId: options.justId };
  for (const [i, id] of claimed.entries()) claimEntry(streams, group, consumer, id, deliveries[i]!, claim);
  reply.array(3);
  replyId(reply, start);
  replyClaimed(call, streams, claimed, options.justId);
  reply.array(gone.length);
  for (const id of gone) replyId(reply, id);
}
