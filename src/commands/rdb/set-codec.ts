// Sets in RDB form: written as strings one after the other (type 2), which Redis turns into whatever form it likes; read
// also as an intset (type 11) and as a listpack (type 20), which is what Redis dumps of small ones.
import { EntryType } from '../../store/entry.ts';
import { eachElement, standOn } from './each-element.ts';
import { readIntset } from './intset.ts';
import { readListpack } from './listpack.ts';
import { MalformedRdb, type RdbReader } from './rdb-reader.ts';
import { replaceByElements } from './replace-by-elements.ts';
import type { ValueCodec } from './value-codec.ts';

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
  read(rdbType, input) {
    const members = readMembers(rdbType, input);
    const names = new Set(members.map((name) => name.toString('latin1')));
    if (members.length === 0 || names.size !== members.length) {
      throw new MalformedRdb('a set with no member or one twice');
    }
    const pairs = members.flatMap((name) => [name, nothing]);
    return (target) => replaceByElements(target, EntryType.set, pairs);
  },
};

function readMembers(rdbType: number, input: RdbReader): Buffer[] {
  if (rdbType === rdbIntset) return readIntset(input.string());
  if (rdbType === rdbSetListpack) return readListpack(input.string());
  return Array.from({ length: input.count() }, () => input.string());
}
