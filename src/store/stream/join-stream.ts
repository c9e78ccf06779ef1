// Joins of the deltas of streams. A stream is the union of its entries by id: of two entries of one id the greater dot
// stands, a removed one stays dead, and a trim kills what has both an id below it and a dot below its own. Its extent,
// last id and entries added, is what the delta with the greatest dot says. It knows no commands.
import { stampFrom } from '../../base/clock.ts';
import { CommandError } from '../../base/errors.ts';
import type { BatchReader } from '../../delta/batch-reader.ts';
import { DeltaKind } from '../../delta/kinds.ts';
import { StreamId } from '../../delta/stream-id.ts';
import { EntryType } from '../entry.ts';
import { JoinResult } from '../join-result.ts';
import type { Dot } from '../key-state.ts';
import type { Keyspace } from '../keyspace.ts';
import type { Streams } from '../streams.ts';
import { GroupNoteReader } from './group-note.ts';
import type { OpenStream } from './open-stream.ts';

const bound = new StreamId();

/** Joins an entry, an extent or a removal into a key that is a stream or nothing. */
export function joinStream(streams: Streams, ks: Keyspace, hash: number, d: BatchReader): JoinResult {
  const { store, opened } = streams;
  const isEntry = d.kind === DeltaKind.entry;
  // Fields that are none say nothing, nor does an entry of no id.
  if (d.kind !== DeltaKind.extent && d.id.isZero) return JoinResult.stale;
  if (isEntry && !streams.fields.load(d.buf, d.valueOffset, d.valueLength)) return JoinResult.stale;
  streams.openForJoin(ks, hash, d.buf, d.keyOffset, d.keyLength);
  try {
    const dot = { stamp: d.stamp, origin: d.origin };
    const isDrop = d.kind === DeltaKind.clear;
    const said = isDrop ? { stamp: stampFrom(d.baseHi, d.baseLo), origin: d.baseOrigin } : dot;
    if (store.compare(said, streams.bound) <= 0) return JoinResult.stale;
    if (streams.at === 0) streams.createForJoin();
    const changed = isEntry
      ? joinEntry(opened, d.id, dot, d.added)
      : isDrop
        ? joinDrop(opened, d, said, dot)
        : joinExtent(opened, d, dot);
    if (!changed) return JoinResult.stale;
    streams.witness(said);
    return JoinResult.joined;
  } finally {
    streams.settle();
  }
}

function joinEntry(opened: OpenStream, id: StreamId, dot: Dot, added: number): boolean {
  const { live, dead, order, entry, fields } = opened;
  const isLater = opened.joinExtent(dot, id, added);
  if (opened.isTrimmed(id, dot)) return isLater;
  const isDead = dead.find(id);
  if (isDead && order(dead.kill, dot) >= 0) return isLater;
  const isThere = live.count > 0 && live.find(id);
  if (isThere && order(opened.liveDot, dot) >= 0) return isLater;
  if (live.count === 0) live.begin();
  entry.set(id, dot);
  if (isThere) live.replace(entry, fields);
  else live.insert(entry, fields);
  if (isDead) dead.chunks.remove();
  opened.save();
  return true;
}

function joinExtent(opened: OpenStream, d: BatchReader, dot: Dot): boolean {
  const isLater = opened.joinExtent(dot, d.id, d.added);
  if (isLater) opened.stateDeleted(d.deletedId);
  else opened.raiseDeleted(d.deletedId);
  if (d.trimId.isZero) return isLater;
  const id = new StreamId().copy(d.trimId);
  const isRemembered = opened.store.ground.keepsDead && opened.rememberTrim({ id, dot });
  const hasKilled = takeOutBelow(opened, id, dot);
  return isLater || isRemembered || hasKilled;
}

/** Takes out what a joined trim kills; whether there was anything that lives. */
function takeOutBelow(opened: OpenStream, id: StreamId, dot: Dot): boolean {
  const { live, dead, order } = opened;
  const { chunks } = dead;
  const before = live.count;
  if (live.count > 0)
    live.removeWhere(() => live.codec.id.compare(id) < 0 && order(opened.liveDot, dot) < 0, id);
  if (dead.count > 0)
    chunks.removeWhere(() => chunks.codec.id.compare(id) < 0 && order(dead.kill, dot) < 0, id);
  opened.save();
  return live.count < before;
}

/**
 * Of two removals of one id the one that kills more is remembered, and of equal ones the later, so that all remember
 * the same.
 */
function joinDrop(opened: OpenStream, d: BatchReader, kill: Dot, event: Dot): boolean {
  const { live, dead, order, store } = opened;
  const id = bound.copy(d.id);
  if (opened.isTrimmed(id, kill)) return false;
  opened.raiseDeleted(id);
  const { keepsDead } = store.ground;
  const isThere = live.count > 0 && live.find(id);
  if (isThere) {
    if (order(opened.liveDot, kill) > 0) return false;
    if (keepsDead) opened.remember(id, kill, event);
    opened.takeOut();
    return true;
  }
  if (!keepsDead) return false;
  if (!dead.find(id)) {
    opened.remember(id, kill, event);
    return true;
  }
  const byKill = order(kill, dead.kill);
  if (byKill < 0 || (byKill === 0 && order(event, dead.event) <= 0)) return false;
  dead.replace(id, kill, event);
  opened.save();
  return true;
}

/** Replays a note of groups, from this node's own journal. */
export function joinGroupNote(streams: Streams, ks: Keyspace, hash: number, d: BatchReader): JoinResult {
  const { entries } = streams.store;
  const at = ks.entryOf(hash, d.buf, d.keyOffset, d.keyLength);
  if (at === 0 || entries.type(at) !== EntryType.stream) return JoinResult.stale;
  streams.stand(ks, hash, at, d.buf, d.keyOffset, d.keyLength);
  const input = new GroupNoteReader(d.buf, d.valueOffset, d.valueLength);
  try {
    return streams.groupsToWrite().apply(input) ? JoinResult.joined : JoinResult.stale;
  } catch (error) {
    if (error instanceof CommandError) return JoinResult.full;
    throw error;
  }
}
