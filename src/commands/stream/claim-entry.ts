// What XCLAIM and XAUTOCLAIM share: entries that are pending become another consumer's, and are replied.
import type { StreamId } from '../../delta/stream-id.ts';
import type { GroupNote } from '../../store/stream/group-note.ts';
import { type Consumer, deliveriesMax, type Group } from '../../store/stream/groups.ts';
import type { Streams } from '../../store/streams.ts';
import type { Call } from '../call.ts';
import { openStream } from './open-stream.ts';
import { replyEntry, replyId } from './reply-entries.ts';

export interface Claim {
  readonly timeMs: number;
  /** -1: one more than there were, or with `justId` as many. */
  readonly deliveries: number;
  readonly justId: boolean;
}

/** Hands entries of the open stream over, many in one note. */
export class Claiming {
  private readonly streams: Streams;
  private readonly group: Group;
  private readonly consumer: Consumer;
  private readonly claim: Claim;
  private note: GroupNote | undefined;

  constructor(streams: Streams, group: Group, consumer: Consumer, claim: Claim) {
    this.streams = streams;
    this.group = group;
    this.consumer = consumer;
    this.claim = claim;
  }

  /** Hands the entry of this id, delivered `before` times so far, to the consumer. Throws CommandError OOM. */
  give(id: StreamId, before: number): void {
    const { streams, group, consumer } = this;
    const { timeMs, deliveries, justId } = this.claim;
    const groups = streams.groupsToWrite();
    const after = Math.min(deliveriesMax, deliveries >= 0 ? deliveries : justId ? before : before + 1);
    groups.deliver(group, consumer, id, timeMs, after);
    this.note ??= groups.noteDeliveries(group, consumer, timeMs);
    this.note.id(id).number(after);
  }

  /** Forgets what is pending of an entry that is gone. */
  drop(id: StreamId): void {
    const { streams, group } = this;
    this.tell();
    const groups = streams.groupsToWrite();
    if (groups.acknowledge(group, id)) streams.recordGroup(groups.noteAcknowledged(group).id(id));
  }

  /** Notes what was handed over: before anything else is noted, and at the end. */
  tell(): void {
    const { streams, consumer, note } = this;
    if (note === undefined) return;
    this.note = undefined;
    streams.recordGroup(note);
    consumer.activeMs = streams.store.nowMs;
  }
}

/** Replies in slices with the entries of the stream in argument 1 that have been claimed. */
export function* replyClaimed(
  call: Call,
  ids: readonly StreamId[],
  justId: boolean,
): Generator<void, void, void> {
  const { elements } = call.sliceSizes;
  call.reply.array(ids.length);
  for (let from = 0; from < ids.length; from += elements) {
    if (from > 0) yield;
    const { live } = openStream(call, 1);
    live.begin();
    const to = Math.min(ids.length, from + elements);
    for (let i = from; i < to; i++) {
      if (justId) replyId(call.reply, ids[i]!);
      else if (live.findOnward(ids[i]!)) replyEntry(call.store.streams, call.reply);
    }
  }
}
