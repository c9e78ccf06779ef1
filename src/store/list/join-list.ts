// Joins of the deltas of list elements. A list is the union of its elements by id; a removed id stays dead, and of two
// values of one element the one with the greater dot stands. Positions travel with every delta, so an element is found
// by search, and a delta that comes before the insert it speaks of says enough to be joined. It knows no commands.
import { stampFrom } from '../../base/clock.ts';
import type { BatchReader } from '../../delta/batch-reader.ts';
import { DeltaKind } from '../../delta/kinds.ts';
import type { VersionVector } from '../../delta/vector.ts';
import { noteRewriteConflict } from '../join-conflicts.ts';
import { JoinResult } from '../join-result.ts';
import type { Keyspace } from '../keyspace.ts';
import type { Lists } from '../lists.ts';
import type { Element } from './element.ts';
import type { OpenList } from './open-list.ts';
import { integerBytes, isPosition, readInteger } from './position.ts';

/**
 * Joins insert, rewrite or remove into a key that is a list or nothing. A delta with no sound position says nothing.
 */
export function joinListElement(
  lists: Lists,
  ks: Keyspace,
  hash: number,
  d: BatchReader,
  context: VersionVector | undefined,
): JoinResult {
  if (!isPosition(d.buf, d.positionOffset, d.positionLength)) return JoinResult.stale;
  const { store, opened } = lists;
  lists.openForJoin(ks, hash, d.buf, d.keyOffset, d.keyLength);
  try {
    const e = load(opened.element, d);
    const id = { stamp: stampFrom(e.place.hi, e.place.lo), origin: e.place.origin };
    if (store.compare(id, lists.bound) <= 0) return JoinResult.stale;
    if (lists.at === 0) lists.createForJoin(d.valueLength);
    const changed =
      d.kind === DeltaKind.insert
        ? joinInsert(opened, e)
        : d.kind === DeltaKind.rewrite
          ? joinRewrite(lists, ks, e, d, context)
          : joinRemove(opened, e, d);
    if (!changed) return JoinResult.stale;
    lists.witness(id);
    return JoinResult.joined;
  } finally {
    lists.settle();
  }
}

function load(e: Element, d: BatchReader): Element {
  const { place } = e;
  const isInsert = d.kind === DeltaKind.insert;
  place.origin = isInsert ? d.origin : d.baseOrigin;
  place.hi = isInsert ? d.hi : d.baseHi;
  place.lo = isInsert ? d.lo : d.baseLo;
  const rankBytes = integerBytes(d.buf[d.positionOffset]!);
  place.rank = readInteger(d.buf, d.positionOffset);
  e.extension = d.buf;
  e.extensionOffset = d.positionOffset + rankBytes;
  e.extensionLength = d.positionLength - rankBytes;
  e.dotOrigin = d.kind === DeltaKind.rewrite ? d.origin : 0;
  e.dotHi = d.hi;
  e.dotLo = d.lo;
  e.bytes = d.buf;
  e.offset = d.valueOffset;
  e.length = d.valueLength;
  return e;
}

function joinInsert(opened: OpenList, e: Element): boolean {
  if (opened.live.find(e) || opened.dead?.find(e) === true) return false;
  opened.insertLocated(e);
  return true;
}

function joinRewrite(
  lists: Lists,
  ks: Keyspace,
  e: Element,
  d: BatchReader,
  context: VersionVector | undefined,
): boolean {
  const { opened, reader, store } = lists;
  const { chunks } = opened;
  if (!opened.live.find(e)) {
    if (opened.dead?.find(e) === true) return false;
    opened.insertLocated(e);
    return true;
  }
  const { place, dotOrigin, dotHi, dotLo } = chunks;
  const known =
    dotOrigin === 0
      ? { stamp: stampFrom(place.hi, place.lo), origin: place.origin }
      : { stamp: stampFrom(dotHi, dotLo), origin: dotOrigin };
  if (dotOrigin !== 0 && context !== undefined) {
    const id = { stamp: stampFrom(place.hi, place.lo), origin: place.origin };
    noteRewriteConflict(store, ks, d, id, known, reader.valueStoodOn(), context);
  }
  if (store.compare({ stamp: d.stamp, origin: d.origin }, known) <= 0) return false;
  opened.rewriteLocated(e);
  return true;
}

/** Of two removals of one element the later one is remembered, so that all nodes remember the same. */
function joinRemove(opened: OpenList, e: Element, d: BatchReader): boolean {
  const { chunks, store } = opened;
  if (opened.live.find(e)) {
    opened.removeLocated(d.hi, d.lo, d.origin);
    return true;
  }
  if (!store.ground.keepsDead) return false;
  if (opened.dead?.find(e) === true) {
    const known = { stamp: stampFrom(chunks.dotHi, chunks.dotLo), origin: chunks.dotOrigin };
    if (store.compare({ stamp: d.stamp, origin: d.origin }, known) <= 0) return false;
    opened.rewriteDead(e, d.hi, d.lo, d.origin);
    return true;
  }
  opened.remember(e, d.hi, d.lo, d.origin);
  return true;
}
