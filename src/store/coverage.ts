// Whether somebody else has all that is known of a key, element by element: what an eviction asks before a key goes
// that is to be fetched again. The walk ends at the first dot that is not covered; of what nobody else can have
// (consumer groups, which never travel) nothing is covered. It changes nothing.
import { BatchWriter } from '../delta/batch-writer.ts';
import type { VersionVector } from '../delta/vector.ts';
import { Encoding, EntryType } from './entry.ts';
import { dotsOf } from './graveyard.ts';
import type { Dot, KeyState } from './key-state.ts';
import type { Keyspace } from './keyspace.ts';
import { ListCursor } from './list/list-deltas.ts';
import type { Store } from './store.ts';
import { StreamCursor } from './stream/stream-deltas.ts';

/** Elements of lists and streams looked at before the walk may end. */
const sliceElements = 256;

/** What a walk has found so far. */
interface Walk {
  readonly store: Store;
  readonly covered: VersionVector;
  hasCounters: boolean;
}

/** Undefined where something in the live key at `at` is not covered; else whether there are counters in it. */
export function coveredKey(
  store: Store,
  ks: Keyspace,
  at: number,
  covered: VersionVector,
): { readonly hasCounters: boolean } | undefined {
  const walk: Walk = { store, covered, hasCounters: false };
  const isWhole =
    store.entries.type(at) === EntryType.string
      ? isEntryCovered(walk, ks, at)
      : isCollectionCovered(walk, ks, at);
  return isWhole ? walk : undefined;
}

function isCovered({ covered }: Walk, { stamp, origin }: Dot): boolean {
  return origin === 0 || covered.covers(origin, stamp);
}

/** Whether the entry's own dots are covered, which its elements' are not without. */
export function isHeadCovered({ entries }: Store, at: number, covered: VersionVector): boolean {
  if (entries.origin(at) !== 0 && !covered.covers(entries.origin(at), entries.stamp(at))) return false;
  return !entries.hasExpiry(at) || covered.covers(entries.expiryOrigin(at), entries.expiryStamp(at));
}

/** A string, or an element of a large collection. */
function isEntryCovered(walk: Walk, ks: Keyspace, at: number): boolean {
  const { store, covered } = walk;
  const encoding = store.entries.encoding(at);
  if (encoding <= Encoding.lz4 || encoding === Encoding.registers) return isHeadCovered(store, at, covered);
  return isStateCovered(walk, ks.stateOf(at));
}

function isStateCovered(walk: Walk, state: KeyState): boolean {
  if (state.slots.length > 0) walk.hasCounters = true;
  return dotsOf(state).every((dot) => isCovered(walk, dot));
}

function isCollectionCovered(walk: Walk, ks: Keyspace, at: number): boolean {
  const { store } = walk;
  if (!isHeadCovered(store, at, walk.covered)) return false;
  const collection = store.collectionAt(ks, store.hashOfEntry(at), at);
  if (!isStateCovered(walk, collection.meta())) return false;
  const type = store.entries.type(at);
  if (type === EntryType.list || type === EntryType.stream) return isSequenceCovered(walk, type);
  const { others } = store;
  const { nest } = others;
  if (nest !== undefined) return isNestCovered(walk, nest.elements);
  const cursor = others.packed();
  while (cursor.next()) {
    const isElementCovered = cursor.isState
      ? isStateCovered(walk, store.codec.unpack(cursor.u8, cursor.valueOffset))
      : isCovered(walk, cursor);
    if (!isElementCovered) return false;
  }
  return true;
}

function isNestCovered(walk: Walk, elements: Keyspace): boolean {
  let isWhole = true;
  let cursor = 0;
  do
    cursor = elements.scan(cursor, sliceElements, (at) => {
      isWhole &&= isEntryCovered(walk, elements, at);
    });
  while (isWhole && cursor !== 0);
  return isWhole;
}

/** A list or stream that is stood upon: a scan that leaves out what is covered writes nothing. */
function isSequenceCovered({ store, covered }: Walk, type: number): boolean {
  const scratch = new BatchWriter(store.origins, 4096);
  const { otherLists: lists, otherStreams: streams } = store;
  const [inList, inStream] = [new ListCursor(), new StreamCursor()];
  for (let isDone = false; !isDone && scratch.count === 0; ) {
    isDone =
      type === EntryType.list
        ? lists.deltas.emit(scratch, covered, sliceElements, inList)
        : streams.deltas.emit(scratch, covered, sliceElements, inStream, true);
  }
  return scratch.count === 0;
}
