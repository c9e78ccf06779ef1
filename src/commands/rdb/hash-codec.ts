// Hashes in RDB form: written as pairs of strings (type 4), which Redis turns into whatever form it likes; read also as a
// listpack of pairs (type 16), which is what Redis 7 dumps of small ones.
import { EntryType } from '../../store/entry.ts';
import { readListpack } from './listpack.ts';
import { MalformedRdb, type RdbReader } from './rdb-reader.ts';
import { replaceByElements } from './replace-by-elements.ts';
import type { ValueCodec } from './value-codec.ts';

const rdbHash = 4;
const rdbHashListpack = 16;

export const hashCodec: ValueCodec = {
  entryType: EntryType.hash,
  rdbTypes: [rdbHash, rdbHashListpack],
  write(store, ks, at, out) {
    const { elements, entries, arena } = store;
    const [key, length] = [entries.keyOffset(at), entries.keyLength(at)];
    elements.stand(ks, store.hashOfEntry(at), at, arena.u8, key, length, EntryType.hash);
    out.u8(rdbHash);
    out.length(elements.size);
    elements.each((name, nameOffset, nameLength, value, valueOffset, valueLength) => {
      out.string(name, nameOffset, nameLength);
      out.string(value, valueOffset, valueLength);
    });
  },
  read(rdbType, input) {
    const pairs = rdbType === rdbHash ? readPairs(input) : readListpack(input.string());
    if (pairs.length === 0 || pairs.length % 2 !== 0) throw new MalformedRdb('a hash of no pairs');
    const names = new Set(pairs.filter((_, i) => i % 2 === 0).map((name) => name.toString('latin1')));
    if (names.size !== pairs.length / 2) throw new MalformedRdb('a hash with a field twice');
    return (target) => replaceByElements(target, EntryType.hash, pairs);
  },
};

function readPairs(input: RdbReader): Buffer[] {
  const pairs: Buffer[] = [];
  for (let n = input.count(2) * 2; n > 0; n--) pairs.push(input.string());
  return pairs;
}
