// Sets in RDB form: written as strings one after the other (type 2), which Redis turns into whatever form it likes;
// read also as an intset (type 11) and as a listpack (type 20), which is what Redis dumps of small ones.
import { EntryType } from '../../store/entry.ts';
import { eachElement, standOn } from './each-element.ts';
import { readIntset } from './intset.ts';
import { readListpack } from './listpack.ts';
import type { RdbReader } from './rdb-reader.ts';
import { readElements } from './read-elements.ts';
import type { ReadElement, ValueCodec } from './value-codec.ts';

const rdbSet = 2;
const rdbIntset = 11;
const rdbSetListpack = 20;
const nothing = Buffer.alloc(0);

export const setCodec: ValueCodec = {
  entryType: EntryType.set,
  rdbTypes: [rdbSet, rdbIntset, rdbSetListpack],
  *write(source, out) {
    const { elements, nowMs } = source.store;
    if (!standOn(source, EntryType.set)) return false;
    out.u8(rdbSet);
    out.length(elements.size);
    return yield* eachElement(source, EntryType.set, nowMs, (name, nameOffset, nameLength) => {
      out.string(name, nameOffset, nameLength);
    });
  },
  read: (rdbType, input) => readElements(EntryType.set, membersOf(rdbType, input)),
  readLarge: (rdbType, input) => ({ elements: membersOf(rdbType, input) }),
};

function* membersOf(rdbType: number, input: RdbReader): Generator<ReadElement, void, void> {
  for (const name of namesOf(rdbType, input)) yield { name, value: nothing, deadlineMs: 0 };
}

function namesOf(rdbType: number, input: RdbReader): Iterable<Buffer> {
  if (rdbType === rdbIntset) return readIntset(input.string());
  if (rdbType === rdbSetListpack) return readListpack(input.string());
  return input.strings();
}
