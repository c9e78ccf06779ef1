// Ships the elements of one collection to another key: COPY, RENAME and MOVE. They are copied out first, because the
// key that they go to, and with it anything else, may give way for them. It knows no form.
import { CopiedElements } from '../copied-elements.ts';
import type { Elements } from '../elements.ts';
import { EntryType } from '../entry.ts';
import type { Keyspace } from '../keyspace.ts';
import { packedBytesMax } from '../packed.ts';
import { requireFree } from '../room.ts';
import { packScore } from '../score.ts';
import type { Store } from '../store.ts';
import type { ElementVisitor } from './element-form.ts';

/** What an element takes at most beside its bytes. */
export const elementExtraBytes = 64;

/**
 * Puts copies of all elements that are open, under new dots, over another key. Throws CommandError OOM before it has
 * changed any.
 */
export function shipElements(
  store: Store,
  from: Elements,
  ks: Keyspace,
  key: Uint8Array,
  offset: number,
  length: number,
): void {
  // The type is kept apart: what is removed below may be a collection of another type, for which `from` stands then.
  const { type } = from;
  const copied = new CopiedElements();
  eachInOrder(store, from, (name, nameOffset, nameLength, value, valueOffset, valueLength) => {
    const deadlineMs = type === EntryType.hash ? from.deadlineMs : 0;
    copied.add(name, nameOffset, nameLength, value, valueOffset, valueLength, deadlineMs);
  });
  requireFree(store, copied.length + copied.count * elementExtraBytes + packedBytesMax);
  store.remove(ks, key, offset, length);
  const to = store.elements;
  to.open(ks, key, offset, length, type);
  copied.each((bytes, name, nameLength, value, valueLength, deadlineMs) => {
    to.put(bytes, name, nameLength, bytes, value, valueLength);
    if (deadlineMs !== 0) to.expire(bytes, name, nameLength, deadlineMs);
  });
}

/** Visits all elements; those of a sorted set in their order, in which they are put fastest elsewhere. */
function eachInOrder(store: Store, from: Elements, visit: ElementVisitor): void {
  if (from.nest?.elements.order === undefined) {
    from.each(visit);
    return;
  }
  const { cursor } = store.sortedSets;
  cursor.open(from.at);
  cursor.seekRank(0);
  for (let n = cursor.size; n > 0 && cursor.next(); n--) {
    const { memberOffset, memberLength } = cursor;
    const score = packScore(cursor.score);
    visit(store.arena.u8, memberOffset, memberLength, score, 0, score.length);
  }
}
