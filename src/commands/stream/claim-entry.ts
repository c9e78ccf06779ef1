// What XCLAIM and XAUTOCLAIM share: an entry that is pending becomes another consumer's.
import type { StreamId } from '../../delta/stream-id.ts';
import type { Consumer, Group } from '../../store/stream/groups.ts';
import type { Streams } from '../../store/streams.ts';

export interface Claim {
  readonly timeMs: number;
  /** -1: one more than there were, or with `justId` as many. */
  readonly deliveries: number;
  readonly justId: boolean;
}

const deliveriesMax = 0xffffffff;

/** Hands the entry of this id, delivered `before` times so far, to the consumer. Throws CommandError OOM. */
export function claimEntry(
  streams: Streams,
  group: Group,
  consumer: Consumer,
  id: StreamId,
  before: number,
  { timeMs, deliveries, justId }: Claim,
): void {
  const groups = streams.groupsToWrite();
  const after = Math.min(deliveriesMax, deliveries >= 0 ? deliveries : justId ? before : before + 1);
  groups.deliver(group, consumer, id, timeMs, after);
  streams.recordGroup(groups.noteDeliveries(group, consumer, timeMs).id(id).number(after));
  consumer.activeMs = streams.store.nowMs;
}

/** Forgets what is pending of an entry that is gone. */
export function dropPending(streams: Streams, group: Group, id: StreamId): void {
  const groups = streams.groupsToWrite();
  if (groups.acknowledge(group, id)) streams.recordGroup(groups.noteAcknowledged(group).id(id));
}
