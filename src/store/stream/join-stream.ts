// Joins of the deltas of streams. A stream is the union of its entries by id: of two entries of one id the greater dot
// stands, a removed one stays dead, and a trim kills what has both an id below it and a dot below its own. Its extent, last
// id and entries added, is what the delta with the greatest dot says. It knows no commands.
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

const bound = new StreamId();

/** Joins an entry, an extent or a removal into a key that is a stream or nothing. */
export function joinStream(streams: Streams, ks: Keyspace, hash: number, d: BatchReader): JoinResult {
  const { store } = streams;
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
      ? joinEntry(streams, d.id, dot, d.added)
      : isDrop
        ? joinDrop(streams, d, said, dot)
        : joinExtent(streams, d, dot);
    if (!changed) return JoinResult.stale;
    streams.witness(said);
    return JoinResult.joined;
  } finally {
    streams.settle();
  }
}

function joinEntry(streams: Streams, id: StreamId, dot: Dot, added: number): boolean {
  const { live, dead, store } = streams;
  const isLater = streams.joinExtent(dot, id, added);
  if (streams.isTrimmed(id, dot)) return isLater;
  const isDead = dead.count > 0 && dead.find(id);
  if (isDead && store.compare(streams.killOfDead(), dot) >= 0) return isLater;
  const isThere = live.count > 0 && live.find(id);
  if (isThere) {
    const known = { stamp: live.codec.stamp, origin: live.codec.origin };
    if (store.compare(known, dot) >= 0) return isLater;
  } else if (live.count === 0) live.begin();
  streams.enterJoined(id, dot, isThere);
  if (isDead) {
    dead.find(id);
    dead.remove();
    streams.save();
  }
  return true;
}

function joinExtent(streams: Streams, d: BatchReader, dot: Dot): boolean {
  const { store } = streams;
  const isLater = streams.joinExtent(dot, d.id, d.added);
  if (isLater) streams.stateDeleted(d.deletedId);
  else streams.raiseDeleted(d.deletedId);
  if (d.trimId.isZero) return isLater;
  const id = bound.copy(d.trimId);
  const isRemembered = store.ground.keepsDead && streams.rememberTrim({ id: new StreamId().copy(id), dot });
  const hasKilled = streams.takeOutBelow(id, dot);
  return isLater || isRemembered || hasKilled;
}

/** Of two removals of one id the one that kills more is remembered, and of equal ones the later, so that all remember the same. */
function joinDrop(streams: Streams, d: BatchReader, kill: Dot, event: Dot): boolean {
  const { live, dead, store } = streams;
  const id = bound.copy(d.id);
  if (streams.isTrimmed(id, kill)) return false;
  streams.raiseDeleted(id);
  const isThere = live.count > 0 && live.find(id);
  if (isThere) {
    if (store.compare({ stamp: live.codec.stamp, origin: live.codec.origin }, kill) > 0) return false;
    if (store.ground.keepsDead) {
      streams.remember(id, kill, event);
      live.find(id);
    }
    streams.takeOut();
    return true;
  }
  if (!store.ground.keepsDead) return false;
  if (dead.count === 0 || !dead.find(id)) {
    streams.remember(id, kill, event);
    return true;
  }
  const byKill = store.compare(kill, streams.killOfDead());
  const known = { stamp: dead.codec.stamp, origin: dead.codec.origin };
  if (byKill < 0 || (byKill === 0 && store.compare(event, known) <= 0)) return false;
  streams.rememberAnew(id, kill, event);
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
