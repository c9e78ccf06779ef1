// XCLAIM key group consumer min-idle-time id [id ...] [IDLE ms] [TIME unix-ms] [RETRYCOUNT count] [FORCE] [JUSTID]
// [LASTID id]: hands pending entries to another consumer. https://redis.io/commands/xclaim
import { atOnce } from '../../base/at-once.ts';
import { CommandError } from '../../base/errors.ts';
import { StreamId } from '../../delta/stream-id.ts';
import { badClaimNumber, unknownClaimOption } from '../../resp/errors.ts';
import { GroupOp } from '../../store/stream/group-note.ts';
import type { Group } from '../../store/stream/groups.ts';
import type { Streams } from '../../store/streams.ts';
import type { Call } from '../call.ts';
import type { CommandSpec } from '../command.ts';
import { changeInPlace, type Pace, type Work } from '../large-work.ts';
import { type Claim, Claiming, replyClaimed } from './claim-entry.ts';
import { joinConsumer, openGroup } from './open-group.ts';
import { readId } from './read-id.ts';

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
  openGroup(call);
  const idleMs = Math.max(0, call.integer(4, badClaimNumber('min-idle-time', call.name)));
  let idsEnd = 5;
  while (idsEnd < call.argc && id.parse(call.buf, call.offset(idsEnd), call.length(idsEnd))) idsEnd += 1;
  const options = readOptions(call, idsEnd);
  if (idsEnd - 5 >= call.sliceSizes.largeElementsMin) {
    call.services.largeWork.run(call, [], (own, pace) => slices(own, pace, idleMs, idsEnd));
  } else atOnce(claim(call, options, idleMs, idsEnd));
}

function* slices(call: Call, pace: Pace, idleMs: number, idsEnd: number): Work {
  const steps = (): Generator<void, void, void> => claim(call, readOptions(call, idsEnd), idleMs, idsEnd);
  return (yield* changeInPlace(call, pace, { keys: [1], dots: 0, steps })) || 'again';
}

function* claim(
  call: Call,
  options: ClaimOptions,
  idleMs: number,
  idsEnd: number,
): Generator<void, void, void> {
  const { elements } = call.sliceSizes;
  let { streams, group } = openGroup(call, true);
  if (lastId.compare(group.lastId) > 0) {
    group.lastId.copy(lastId);
    streams.recordGroup(streams.groupsToWrite().noteGroup(GroupOp.set, group));
  }
  const consumer = joinConsumer(call, streams, group, 3, 1);
  const claimed: StreamId[] = [];
  for (let from = 5; from < idsEnd; from += elements) {
    if (from > 5) {
      yield;
      ({ streams, group } = openGroup(call, true));
    }
    const claiming = new Claiming(streams, group, consumer, options);
    const found = { streams, group, options, idleMs, claiming };
    if (streams.size > 0) streams.live.begin();
    const to = Math.min(idsEnd, from + elements);
    for (let i = from; i < to; i++) {
      readId(call, i, id);
      const before = deliveriesOf(call, found);
      if (before === undefined) continue;
      claiming.give(id, before);
      claimed.push(new StreamId().copy(id));
    }
    claiming.tell();
  }
  yield* replyClaimed(call, claimed, options.justId);
}

interface Claimant {
  readonly streams: Streams;
  readonly group: Group;
  readonly options: ClaimOptions;
  readonly idleMs: number;
  readonly claiming: Claiming;
}

/**
 * How often the entry in `id` was delivered so far; undefined where it may not be handed over. What is pending of one
 * that is gone is forgotten.
 */
function deliveriesOf(call: Call, found: Claimant): number | undefined {
  const { streams, group, options, idleMs, claiming } = found;
  const { pending, live } = streams;
  if (streams.size === 0 || !live.findOnward(id)) {
    claiming.drop(id);
    return undefined;
  }
  pending.open(group);
  if (pending.count === 0 || !pending.find(id)) return options.force ? 1 : undefined;
  return call.store.nowMs - pending.timeMs >= idleMs ? pending.deliveries : undefined;
}

/** Reads the options behind the ids, LASTID into `lastId`. */
function readOptions(call: Call, from: number): ClaimOptions {
  const { nowMs } = call.store;
  lastId.set(0, 0, 0, 0);
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
