// XAUTOCLAIM key group consumer min-idle-time start [COUNT count] [JUSTID]: hands what has been pending for long to
// another consumer, so many at a time. https://redis.io/commands/xautoclaim
import { atOnce } from '../../base/at-once.ts';
import { CommandError } from '../../base/errors.ts';
import { StreamId } from '../../delta/stream-id.ts';
import { badClaimNumber, claimCountNotPositive } from '../../resp/errors.ts';
import type { Call } from '../call.ts';
import type { CommandSpec } from '../command.ts';
import { changeInPlace, type Pace, type Work } from '../large-work.ts';
import { Claiming, replyClaimed } from './claim-entry.ts';
import { joinConsumer, openGroup } from './open-group.ts';
import { readBound } from './read-id.ts';
import { replyId } from './reply-entries.ts';

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
const end = new StreamId().setMax();

interface AutoClaim {
  readonly idleMs: number;
  readonly count: number;
  readonly justId: boolean;
  /** The id to begin with. */
  readonly from: StreamId;
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
  streams.pending.open(group);
  const most = Math.min(count * looksPerClaim, streams.pending.countBetween(start, end));
  const options = { idleMs, count, justId, from: new StreamId().copy(start) };
  if (most >= call.sliceSizes.largeElementsMin)
    call.services.largeWork.run(call, [], (own, pace) => slices(own, pace, options));
  else atOnce(claim(call, options));
}

function* slices(call: Call, pace: Pace, options: AutoClaim): Work {
  const steps = (): Generator<void, void, void> => claim(call, options);
  return (yield* changeInPlace(call, pace, { keys: [1], dots: 0, steps })) || 'again';
}

function* claim(call: Call, options: AutoClaim): Generator<void, void, void> {
  const { reply } = call;
  const { elements } = call.sliceSizes;
  const next = new StreamId().copy(options.from);
  const claimed: StreamId[] = [];
  const gone: StreamId[] = [];
  let looksLeft = options.count * looksPerClaim;
  for (;;) {
    const countLeft = options.count - claimed.length - gone.length;
    if (!claimSome(call, options, next, Math.min(looksLeft, elements), countLeft, claimed, gone)) break;
    looksLeft -= elements;
    if (looksLeft <= 0 || claimed.length + gone.length >= options.count) break;
    yield;
  }
  reply.array(3);
  replyId(reply, next);
  yield* replyClaimed(call, claimed, options.justId);
  reply.array(gone.length);
  for (const id of gone) replyId(reply, id);
}

/**
 * Looks at up to so many entries from `next` on, and claims up to `count` of them, those that are gone among these.
 * `next` is then the first that was not looked at, 0 where there is none. Returns whether there is one.
 */
function claimSome(
  call: Call,
  { idleMs, justId }: AutoClaim,
  next: StreamId,
  looksMax: number,
  count: number,
  claimed: StreamId[],
  gone: StreamId[],
): boolean {
  const { streams, group } = openGroup(call, true);
  const consumer = joinConsumer(call, streams, group, 3, 1);
  const { pending, live } = streams;
  const { nowMs } = call.store;
  const [firstClaimed, firstGone] = [claimed.length, gone.length];
  const deliveries: number[] = [];
  const isEnough = (): boolean => claimed.length - firstClaimed + gone.length - firstGone >= count;
  if (streams.size > 0) live.begin();
  pending.open(group);
  let more = pending.count > 0 && pending.seek(next);
  for (let looks = 0; more && looks < looksMax && !isEnough(); looks++) {
    const id = new StreamId().copy(pending.id);
    if (streams.size === 0 || !live.findOnward(id)) gone.push(id);
    else if (nowMs - pending.timeMs >= idleMs) {
      claimed.push(id);
      deliveries.push(pending.deliveries);
    }
    more = pending.next();
  }
  if (more) next.copy(pending.id);
  else next.set(0, 0, 0, 0);
  const claiming = new Claiming(streams, group, consumer, { timeMs: nowMs, deliveries: -1, justId });
  for (const id of gone.slice(firstGone)) claiming.drop(id);
  for (const [i, before] of deliveries.entries()) claiming.give(claimed[firstClaimed + i]!, before);
  claiming.tell();
  return more;
}
