// Lists in RDB form: written as strings one after the other (type 1), which Redis turns into whatever form it likes;
// read also as a chain of listpacks and single long elements (type 18), which is what Redis 7 dumps.
import { inParts } from '../../base/in-parts.ts';
import { EntryType } from '../../store/entry.ts';
import { readListpack } from './listpack.ts';
import { MalformedRdb, type RdbReader } from './rdb-reader.ts';
import type { Part, Place, Target, ValueCodec } from './value-codec.ts';

const rdbList = 1;
const rdbChain = 18;
const plainNode = 1;
const packedNode = 2;

export const listCodec: ValueCodec = {
  entryType: EntryType.list,
  rdbTypes: [rdbList, rdbChain],
  *write({ store, ks, find }, out) {
    const { lists, entries, arena, sliceSizes } = store;
    for (let from = 0; ; from += sliceSizes.elements) {
      const at = find();
      if (at === 0) return false;
      lists.stand(ks, store.hashOfEntry(at), at, arena.u8, entries.keyOffset(at), entries.keyLength(at));
      const { size } = lists;
      if (from === 0) {
        out.u8(rdbList);
        out.length(size);
      }
      const values: string[] = [];
      lists.reader.values(from, Math.min(sliceSizes.elements, size - from), values);
      for (const value of values) out.string(Buffer.from(value, 'latin1'), 0, value.length);
      if (from + sliceSizes.elements >= size) return true;
      yield;
    }
  },
  read(rdbType, input) {
    const elements = [...elementsOf(rdbType, input)];
    if (elements.length === 0) throw new MalformedRdb('a list of no elements');
    return (target) => put(target, elements);
  },
  readLarge: (rdbType, input, partElements) => ({
    parts: partsOf(elementsOf(rdbType, input), partElements),
  }),
};

function* elementsOf(rdbType: number, input: RdbReader): Generator<Buffer, void, void> {
  if (rdbType === rdbList) {
    yield* input.strings();
    return;
  }
  for (let nodes = input.count(2); nodes > 0; nodes--) {
    const container = input.length();
    const node = input.string();
    if (container === plainNode) yield node;
    else if (container === packedNode) yield* readListpack(node);
    else throw new MalformedRdb('no such node of a list');
  }
}

function* partsOf(elements: Iterable<Buffer>, partElements: number): Generator<Part, void, void> {
  for (const some of inParts(elements, partElements)) yield (place) => push(place, some);
}

function push({ store, ks, key, offset, length }: Place, elements: readonly Buffer[]): void {
  const { lists } = store;
  lists.open(ks, key, offset, length);
  for (const element of elements) lists.push(false, element, 0, element.length);
}

/**
 * Puts the list in place of whatever is there. Throws CommandError OOM, or that of a limit, and changes nothing then.
 */
function put(target: Target, elements: readonly Buffer[]): void {
  const { store, ks, key, offset, length, deadlineMs } = target;
  const { lists } = store;
  const lengths = Int32Array.from(elements, (element) => element.length);
  for (const bytes of lengths) store.checkLimits(length, bytes, false);
  const hash = store.hash.of(key, offset, length);
  store.checkLimits(length, 0, store.find(ks, hash, key, offset, length) === 0);
  lists.requireRoom(lengths, 0, lengths.length);
  store.remove(ks, key, offset, length);
  push(target, elements);
  if (deadlineMs !== 0) store.expireAt(ks, hash, ks.entryOf(hash, key, offset, length), deadlineMs);
}
