// How Redis would keep a value, in its words, for OBJECT ENCODING and DEBUG OBJECT. What this node does is another
// matter.
import { EntryType } from '../store/entry.ts';
import { isCanonicalInt } from '../store/number.ts';
import type { Call } from './call.ts';
import { sortedSetEncoding } from './sorted-set-encoding.ts';

/** Up to here Redis keeps a string in one allocation with its object. */
const embstrBytesMax = 44;
/** The largest listpack of a list whose limit is one of elements. */
const listBytesMax = 8192;

/** The encoding of the key in argument 2, whose entry is at `at`. */
export function encodingOf(call: Call, at: number): string {
  const { store } = call;
  switch (store.entries.type(at)) {
    case EntryType.hash:
      return hashEncoding(call, at);
    case EntryType.set:
      return setEncoding(call, at);
    case EntryType.zset:
      return sortedSetEncoding(store, at);
    case EntryType.list:
      return fitsListpack(call, at) ? 'listpack' : 'quicklist';
    case EntryType.stream:
      return 'stream';
    default:
      return stringEncoding(call, at);
  }
}

function stringEncoding(call: Call, at: number): string {
  const { strings } = call.store;
  strings.read(at);
  const { valueBytes, valueOffset, valueLength } = strings;
  if (isCanonicalInt(valueBytes, valueOffset, valueLength)) return 'int';
  return valueLength <= embstrBytesMax ? 'embstr' : 'raw';
}

/** How Redis would keep a set: as integers, in a listpack, or in a table. */
function setEncoding(call: Call, at: number): string {
  const { entries, elements, arena } = call.store;
  const [offset, length] = [entries.keyOffset(at), entries.keyLength(at)];
  elements.stand(call.keyspace, call.hashOf(2), at, arena.u8, offset, length, EntryType.set);
  const { size } = elements;
  const { set, intsetEntriesMax } = call.store.listpackLimits;
  if (size > intsetEntriesMax && size > set.entriesMax) return 'hashtable';
  let ints = true;
  let fits = size <= set.entriesMax;
  elements.each((name, nameOffset, nameLength) => {
    if (ints && !isCanonicalInt(name, nameOffset, nameLength)) ints = false;
    if (nameLength > set.valueBytesMax) fits = false;
  });
  return ints && size <= intsetEntriesMax ? 'intset' : fits ? 'listpack' : 'hashtable';
}

/** Whether Redis would keep a hash in a listpack: few fields, short names and values. */
function isListpack(call: Call, at: number): boolean {
  const { entries, elements, arena } = call.store;
  const [offset, length] = [entries.keyOffset(at), entries.keyLength(at)];
  elements.stand(call.keyspace, call.hashOf(2), at, arena.u8, offset, length, EntryType.hash);
  const { entriesMax, valueBytesMax } = call.store.listpackLimits.hash;
  if (elements.size > entriesMax) return false;
  let fits = true;
  elements.each((_name, _nameOffset, nameLength, _value, _valueOffset, valueLength) => {
    if (nameLength > valueBytesMax || valueLength > valueBytesMax) fits = false;
  });
  return fits;
}

/** How Redis would keep a hash: in a listpack, in one with deadlines once a field had one, or in a table. */
function hashEncoding(call: Call, at: number): string {
  if (!isListpack(call, at)) return 'hashtable';
  return call.store.elements.hasDeadlinesAt(at) ? 'listpackex' : 'listpack';
}

/** Whether Redis would keep a list in one listpack: list-max-listpack-size is a number of elements, or of a size. */
function fitsListpack(call: Call, at: number): boolean {
  const { lists, listpackLimits } = call.store;
  const { size } = listpackLimits.list;
  if (size > 0) return lists.sizeAt(at) <= size && lists.reader.fitsListpack(at, listBytesMax);
  return lists.reader.fitsListpack(at, 2048 * 2 ** Math.max(1, Math.min(5, -size)));
}
