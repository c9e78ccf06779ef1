// OBJECT ENCODING | FREQ | IDLETIME | REFCOUNT key: how a value is kept, under the names that Redis would give, and
// when it was last used. Looking does not count as a use. https://redis.io/commands/object
import { CommandError } from '../../base/errors.ts';
import { frequency, idleSeconds } from '../../store/access-clock.ts';
import { EntryType } from '../../store/entry.ts';
import { isCanonicalInt } from '../../store/number.ts';
import type { Call } from '../call.ts';
import type { CommandSpec } from '../command.ts';
import { helpSubcommand } from '../help.ts';
import { sortedSetEncoding } from '../sorted-set-encoding.ts';

/** Up to here Redis keeps a string in one allocation with its object. */
const embstrBytesMax = 44;
/** The largest listpack of a list whose limit is one of elements. */
const listBytesMax = 8192;
const noFrequency =
  'ERR An LFU maxmemory policy is not selected, access frequency not tracked. Please note that when switching ' +
  'between policies at runtime LRU and LFU data will take some time to adjust.';
const noIdleTime =
  'ERR An LFU maxmemory policy is selected, idle time not tracked. Please note that when switching between policies ' +
  'at runtime LRU and LFU data will take some time to adjust.';

export const command: CommandSpec = {
  name: 'object',
  arity: -2,
  flags: [],
  group: 'generic',
  since: '2.2.3',
  summary: 'How values are kept and used.',
  complexity: 'Depends on the subcommand',
  subcommands: [
    ofKey('encoding', 'Returns how the value is kept, in the words of Redis.', encoding),
    ofKey('freq', 'Returns how often the key was used, on a logarithmic scale, under an LFU policy.', freq),
    helpSubcommand('generic', '6.2.0'),
    ofKey('idletime', 'Returns the seconds since the last use.', idleTime),
    ofKey('refcount', 'Returns how many refer to the value: always 1.', (call) => call.reply.integer(1)),
  ],
};

function ofKey(name: string, summary: string, run: (call: Call, at: number) => void): CommandSpec {
  return {
    name,
    arity: 3,
    flags: ['readonly'],
    keys: { first: 2, last: 2, step: 1 },
    keyFlags: ['RO'],
    group: 'generic',
    since: '2.2.3',
    summary,
    syntax: '<key>',
    run: (call) => {
      const at = call.find(2);
      if (at === 0) call.reply.nil();
      else run(call, at);
    },
  };
}

function encoding(call: Call, at: number): void {
  call.reply.bulkLatin1(encodingOf(call, at));
}

function encodingOf(call: Call, at: number): string {
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

function freq(call: Call, at: number): void {
  const { entries, eviction, ground, nowMs } = call.store;
  if (!ground.isLfu) throw new CommandError(noFrequency);
  call.reply.integer(frequency(entries.access(at), nowMs, eviction.lfu));
}

function idleTime(call: Call, at: number): void {
  const { entries, ground, nowMs } = call.store;
  if (ground.isLfu) throw new CommandError(noIdleTime);
  call.reply.integer(idleSeconds(entries.access(at), nowMs));
}
