// How commands find the consumer group that arguments name, and its consumers, and what a group has read of its stream.
import { CommandError } from '../../base/errors.ts';
import { StreamId } from '../../delta/stream-id.ts';
import { noSuchGroup, noSuchKeyOrGroup } from '../../resp/errors.ts';
import type { Consumer, Group } from '../../store/stream/groups.ts';
import { nameOf } from '../../store/stream/groups.ts';
import type { Streams } from '../../store/streams.ts';
import type { Call } from '../call.ts';
import { openStream, openStreamToRead } from './open-stream.ts';

const first = new StreamId();
const last = new StreamId();
const deleted = new StreamId();

/** Argument i as the name of a group or a consumer. */
export function readName(call: Call, i: number): string {
  return nameOf(call.buf, call.offset(i), call.length(i));
}

/** The group in argument `i` of the open stream; undefined where there is none, or no stream. */
export function findGroup(call: Call, streams: Streams, i: number): Group | undefined {
  return streams.at === 0 ? undefined : streams.groups?.find(readName(call, i));
}

/**
 * Opens the stream in argument 1; its group in argument 2. `isAgain`: its read has been counted. Throws WRONGTYPE,
 * NOGROUP.
 */
export function openGroup(call: Call, isAgain = false): { readonly streams: Streams; readonly group: Group } {
  const streams = isAgain ? openStream(call, 1) : openStreamToRead(call, 1);
  const group = findGroup(call, streams, 2);
  if (group === undefined) throw new CommandError(noSuchKeyOrGroup(call.text(1), call.text(2)));
  return { streams, group };
}

/** The group of an existing stream, for XGROUP and XINFO. Throws NOGROUP. */
export function requireGroup(call: Call, streams: Streams, key: number, i: number): Group {
  const group = findGroup(call, streams, i);
  if (group === undefined) throw new CommandError(noSuchGroup(call.text(i), call.text(key)));
  return group;
}

/** The consumer in argument i, made where it is not there, and seen now. */
export function joinConsumer(call: Call, streams: Streams, group: Group, i: number, key: number): Consumer {
  const { nowMs } = call.store;
  const known = group.consumers.get(readName(call, i));
  if (known !== undefined) {
    known.seenMs = nowMs;
    return known;
  }
  const groups = streams.groupsToWrite();
  const consumer = groups.join(group, call.bytes(i), nowMs);
  streams.recordGroup(groups.noteConsumer(group, consumer));
  call.notify('xgroup-createconsumer', key);
  return consumer;
}

/** Whether entries from `from` on were deleted, as far as is known. */
function hasGaps(streams: Streams, from: StreamId): boolean {
  if (streams.size === 0 || streams.maxDeleted(deleted).isZero) return false;
  return from.compare(deleted) <= 0;
}

/** How many entries were added up to this id; -1 where that cannot be told. */
export function countUpTo(streams: Streams, id: StreamId): number {
  const { added, size } = streams;
  if (added === 0) return 0;
  const byLast = id.compare(streams.lastId(last));
  if (size === 0 && byLast <= 0) return added;
  if (byLast === 0) return added;
  if (byLast > 0) return -1;
  const byFirst = id.compare(streams.live.first(first));
  streams.maxDeleted(deleted);
  if (byFirst <= 0 && (deleted.isZero || deleted.compare(first) < 0)) {
    return byFirst < 0 ? added - size : added - size + 1;
  }
  return -1;
}

/** Takes note that a group has read the entry of this id. Returns whether the living still stand where they stood. */
export function advanceGroup(streams: Streams, group: Group, id: StreamId): boolean {
  group.lastId.copy(id);
  const isKnown = group.entriesRead !== -1 && !hasGaps(streams, id);
  group.entriesRead = isKnown
    ? Math.min(Number.MAX_SAFE_INTEGER, group.entriesRead + 1)
    : countUpTo(streams, id);
  return isKnown;
}

/** Entries that a group has still to read; -1 where that cannot be told. */
export function lagOf(streams: Streams, group: Group): number {
  const { added } = streams;
  if (added === 0) return 0;
  if (group.entriesRead !== -1 && !hasGaps(streams, group.lastId)) return added - group.entriesRead;
  const read = countUpTo(streams, group.lastId);
  return read === -1 ? -1 : added - read;
}
