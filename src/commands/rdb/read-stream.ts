// Reads streams in RDB form, which stream-codec.ts describes, part by part: entries, what is known of the stream, then
// each group with what is pending in it. Bytes come from outside: what does not hold together throws MalformedRdb. A
// part is put when those before it have been, and may be put before those behind it are read.
import { assert } from '../../base/assert.ts';
import { inParts } from '../../base/in-parts.ts';
import { idBytes, StreamId } from '../../delta/stream-id.ts';
import { type Group, GroupCursor, neverActive } from '../../store/stream/groups.ts';
import type { Streams } from '../../store/streams.ts';
import { countUpTo } from '../stream/open-group.ts';
import { ListpackReader } from './listpack.ts';
import { MalformedRdb, type RdbReader } from './rdb-reader.ts';
import { ReadPending } from './read-pending.ts';
import { sameFieldsFlag } from './write-stream.ts';

export const rdbListpacks = 15;
export const rdbListpacks3 = 21;
const deletedFlag = 1;
/** What an entry, and what something pending, takes beyond its bytes, at most; and a group or a consumer. */
const overheadBytes = 64;
const namedBytes = 8 * overheadBytes;

/** Reading and putting an entry takes as long as so many elements of other types. */
const elementsPerEntry = 4;

/** A part of a stream. */
export interface StreamPart {
  /** What it takes in memory, at most, and the longest name or value in it. */
  readonly bytes: number;
  readonly longestBytes: number;
  /** Puts it into the open stream. */
  put(streams: Streams): void;
}

/** Undefined: a step without a part. */
type Parts<T> = Generator<StreamPart | undefined, T, void>;

interface ReadEntry {
  readonly id: StreamId;
  /** Names and values in turn. */
  readonly items: readonly Buffer[];
}

function part(bytes: number, put: (streams: Streams) => void): StreamPart {
  return { bytes, longestBytes: 0, put };
}

function readId(input: RdbReader): StreamId {
  const [msHi, msLo] = input.length64();
  const [seqHi, seqLo] = input.length64();
  return new StreamId().set(msHi, msLo, seqHi, seqLo);
}

/** The parts of a stream of that type, each of so many entries at most. Throws MalformedRdb. */
export function* readStream(rdbType: number, input: RdbReader, partElements: number): Parts<void> {
  const top = new StreamId();
  let count = 0;
  for (const entries of inParts(readEntries(input, top), Math.ceil(partElements / elementsPerEntry))) {
    count += entries.length;
    yield entriesPart(entries);
  }
  if (input.length() !== count) throw new MalformedRdb('a stream has another number of entries');
  const lastId = readId(input);
  if (lastId.compare(top) < 0) throw new MalformedRdb('a stream ends behind its last id');
  let deleted = new StreamId();
  let added = count;
  if (rdbType !== rdbListpacks) {
    readId(input);
    deleted = readId(input);
    added = safeNumber(input);
  }
  yield part(overheadBytes, (streams) => {
    if (streams.at === 0) streams.makeEmpty();
    streams.setLast(lastId, added, deleted);
  });
  const names = new Set<string>();
  let pending = 0;
  for (let n = input.count(); n > 0; n--) pending += yield* readGroup(rdbType, input, names, partElements);
  // Groups are noted in the journal when all of them are there.
  const noted = new GroupCursor();
  for (let left = names.size > 0 ? pending : -1; left >= 0; left -= partElements) {
    yield part(0, (streams) => streams.recordGroups(partElements, noted));
  }
}

function entriesPart(entries: readonly ReadEntry[]): StreamPart {
  let [bytes, longestBytes] = [0, 0];
  for (const { items } of entries) {
    bytes += overheadBytes;
    for (const { length } of items) {
      bytes += length;
      longestBytes = Math.max(longestBytes, length);
    }
  }
  const put = (streams: Streams): void => {
    for (const { id, items } of entries) {
      streams.fields.begin(items.length);
      for (const item of items) streams.fields.add(item, 0, item.length);
      streams.add(id);
    }
  };
  return { bytes, longestBytes, put };
}

function safeNumber(input: RdbReader): number {
  const [hi, lo] = input.length64();
  if (hi >= 0x200000) throw new MalformedRdb('a number is too large');
  return hi * 4294967296 + lo;
}

function* readEntries(input: RdbReader, top: StreamId): Generator<ReadEntry, void, void> {
  for (let nodes = input.count(idBytes + 2); nodes > 0; nodes--) yield* readNode(input, top);
}

/** The entries of a node, each of which raises `top`. */
function* readNode(input: RdbReader, top: StreamId): Generator<ReadEntry, void, void> {
  const key = input.string();
  if (key.length !== idBytes) throw new MalformedRdb('a node of a stream has no id');
  const base = new StreamId().readBytes(key, 0);
  const pack = new ListpackReader(input.string());
  let rest = countOf(pack, pack.integer()) + countOf(pack, pack.integer());
  if (rest < 1) throw new MalformedRdb('a node of a stream is empty');
  const names = items(pack, pack.integer());
  pack.integer();
  for (; rest > 0; rest--) {
    const flags = Number(pack.integer());
    const id = idBehind(base, pack.integer(), pack.integer());
    const isSame = (flags & sameFieldsFlag) !== 0;
    const own = items(pack, isSame ? names.length : 2 * Number(pack.integer()));
    pack.integer();
    if ((flags & deletedFlag) !== 0) continue;
    if (id.compare(top) <= 0) throw new MalformedRdb('ids of a stream do not rise');
    const all = isSame ? named(names, own) : own;
    if (all.length === 0) throw new MalformedRdb('an entry of a stream has no fields');
    top.copy(id);
    yield { id, items: all };
  }
  pack.end();
}

/** A count of what the pack still has. */
function countOf(pack: ListpackReader, value: number | bigint): number {
  if (value < 0 || value > pack.left) throw new MalformedRdb('a node of a stream is cut short');
  return Number(value);
}

function items(pack: ListpackReader, count: number | bigint): Buffer[] {
  const all: Buffer[] = [];
  for (let n = countOf(pack, count); n > 0; n--) all.push(pack.string());
  return all;
}

/** Names and values in turn. */
function named(names: readonly Buffer[], values: readonly Buffer[]): Buffer[] {
  const all: Buffer[] = [];
  for (const [i, name] of names.entries()) all.push(name, values[i]!);
  return all;
}

/** The id that is so much behind another, in each half modulo 2^64. */
function idBehind(base: StreamId, ms: number | bigint, seq: number | bigint): StreamId {
  const [msHi, msLo] = halvesOf(base.msHi, base.msLo, ms);
  const [seqHi, seqLo] = halvesOf(base.seqHi, base.seqLo, seq);
  return new StreamId().set(msHi, msLo, seqHi, seqLo);
}

function halvesOf(hi: number, lo: number, n: number | bigint): readonly [hi: number, lo: number] {
  const sum = typeof n === 'number' ? lo + n : -1;
  // Nearly always within the lower half.
  if (sum >= 0 && sum < 2 ** 32) return [hi, sum];
  const whole = BigInt.asUintN(64, ((BigInt(hi) << 32n) | BigInt(lo)) + BigInt(n));
  return [Number(whole >> 32n), Number(whole & 0xffff_ffffn)];
}

/** Returns how much is pending in it. */
function* readGroup(
  rdbType: number,
  input: RdbReader,
  names: Set<string>,
  partElements: number,
): Parts<number> {
  const name = Buffer.from(input.string());
  const text = name.toString('latin1');
  if (names.has(text)) throw new MalformedRdb('a group comes twice');
  names.add(text);
  const lastId = readId(input);
  let entriesRead: number | undefined;
  if (rdbType !== rdbListpacks) {
    const [hi, lo] = input.length64();
    entriesRead = hi < 0x200000 ? hi * 4294967296 + lo : -1;
  }
  yield part(namedBytes, (streams) => {
    const read = entriesRead ?? countUpTo(streams, lastId);
    streams.groupsToWrite().create(name, lastId, read);
  });
  const pending = new ReadPending();
  for (let n = input.count(idBytes); n > 0; n--) {
    if (n % partElements === 0) yield undefined;
    pending.add(input.raw(idBytes), timeOf(input), safeNumber(input));
  }
  const consumers = new Set<string>();
  let taken = 0;
  for (let n = input.count(); n > 0; n--) {
    taken += yield* readConsumer(rdbType, input, text, consumers, pending, partElements);
  }
  return taken;
}

/** Unix ms, as far as a time can be kept; `none` for anything else. */
function timeOf(input: RdbReader, none = 0): number {
  const ms = BigInt.asIntN(64, input.u64());
  return ms < 0n || ms >= 1n << 48n ? none : Number(ms);
}

/** Takes what is the consumer's from what is pending in the group. Returns how much that is. */
function* readConsumer(
  rdbType: number,
  input: RdbReader,
  group: string,
  consumers: Set<string>,
  pending: ReadPending,
  partElements: number,
): Parts<number> {
  const name = Buffer.from(input.string());
  const text = name.toString('latin1');
  if (consumers.has(text)) throw new MalformedRdb('a consumer comes twice');
  consumers.add(text);
  const seenMs = timeOf(input);
  const activeMs = rdbType === rdbListpacks3 ? timeOf(input, neverActive) : seenMs;
  yield part(namedBytes, (streams) => {
    const consumer = streams.groupsToWrite().join(groupOf(streams, group), name, seenMs);
    consumer.activeMs = activeMs;
  });
  const count = input.count(idBytes);
  for (let left = count; left > 0; ) {
    const taken: number[] = [];
    for (; left > 0 && taken.length < partElements; left--) taken.push(pending.take(input.raw(idBytes)));
    yield part(taken.length * overheadBytes, (streams) => {
      const to = streams.groupsToWrite();
      const within = groupOf(streams, group);
      const consumer = within.consumers.get(text);
      assert(consumer !== undefined, 'a consumer that was put is gone');
      for (const i of taken) {
        to.deliver(within, consumer, pending.idAt(i), pending.timeMsAt(i), pending.deliveriesAt(i));
      }
    });
  }
  return count;
}

function groupOf(streams: Streams, name: string): Group {
  const group = streams.groupsToWrite().find(name);
  assert(group !== undefined, 'a group that was put is gone');
  return group;
}
