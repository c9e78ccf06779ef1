// Walks the elements of a hash or its kin that is being written in RDB form, in steps, between which others may change
// anything: the collection is found anew after each. It knows no format.
import type { ElementVisitor } from '../../store/elements/element-form.ts';
import type { Source } from './value-codec.ts';

/** Stands on the collection of a source. False where it is gone. */
export function standOn({ store, ks, find }: Source, type: number): boolean {
  const at = find();
  if (at === 0) return false;
  const { elements, entries, arena } = store;
  elements.stand(ks, store.hashOfEntry(at), at, arena.u8, entries.keyOffset(at), entries.keyLength(at), type);
  return true;
}

/** Visits all elements that have not expired at `atMs`. Returns false where the collection is gone meanwhile. */
export function* eachElement(
  source: Source,
  type: number,
  atMs: number,
  visit: ElementVisitor,
): Generator<void, boolean, void> {
  const { elements, sliceSizes } = source.store;
  for (let cursor = 0; ; ) {
    if (!standOn(source, type)) return false;
    cursor = elements.scan(cursor, sliceSizes.elements, visit, atMs);
    if (cursor === 0) return true;
    yield;
  }
}
