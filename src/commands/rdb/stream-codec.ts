// Streams in RDB form: nodes of entries as listpacks, what is known of the stream, its groups with what is pending in them.
// Written (write-stream.ts) as Redis 7.0 has it (type 19); read also as Redis 5 (15) and Redis 7.2 (21) have it. A chunk here
// is a node there.
//
//   nodes { key: id of 16 bytes, listpack } ..., entries, last id, [first id, greatest id deleted, entries added],
//   groups { name, last id, [entries read], pending { id, time, deliveries } ...,
//            consumers { name, seen time, [active time], pending { id } ... } ... } ...
//   listpack   entries, deleted, names, name ..., 0, { flags, ms and sequence less those of the key,
//              [fields, name and] value ..., number of elements so far in the entry } ...
import { idBytes, StreamId } from '../../delta/stream-id.ts';
import { EntryType } from '../../store/entry.ts';
import { parseInt64 } from '../../store/number.ts';
import type { Streams } from '../../store/streams.ts';
import { countUpTo } from '../stream/open-group.ts';
import { readListpack } from './listpack.ts';
import { MalformedRdb, type RdbReader } from './rdb-reader.ts';
import type { Target, ValueCodec } from './value-codec.ts';
import { rdbListpacks2, sameFieldsFlag, writeStream } from './write-stream.ts';

const rdbListpacks = 15;
const rdbListpacks3 = 21;
const deletedFlag = 1;
/** What an entry, and what something pending, takes beyond its bytes, at most. */
const overheadBytes = 64;
const u64 = (1n << 64n) - 1n;

interface ReadEntry {
  readonly id: StreamId;
  /** Names and values in turn. */
  readonly items: readonly Buffer[];
}

interface ReadPending {
  readonly id: StreamId;
  readonly timeMs: number;
  readonly deliveries: number;
}

interface ReadConsumer {
  readonly name: Buffer;
  readonly seenMs: number;
  readonly activeMs: number;
  readonly pending: readonly ReadPending[];
}

interface ReadGroup {
  readonly name: Buffer;
  readonly lastId: StreamId;
  /** Undefined: the form does not say. */
  readonly entriesRead: number | undefined;
  readonly consumers: readonly ReadConsumer[];
}

interface ReadStream {
  readonly entries: readonly ReadEntry[];
  readonly lastId: StreamId;
  readonly deleted: StreamId;
  readonly added: number;
  readonly groups: readonly ReadGroup[];
}

export const streamCodec: ValueCodec = {
  entryType: EntryType.stream,
  rdbTypes: [rdbListpacks, rdbListpacks2, rdbListpacks3],
  write: writeStream,
  read(rdbType, input) {
    const stream = readStream(rdbType, input);
    return (target) => put(target, stream);
  },
};

// ---- reading

function readId(input: RdbReader): StreamId {
  const [msHi, msLo] = input.length64();
  const [seqHi, seqLo] = input.length64();
  return new StreamId().set(msHi, msLo, seqHi, seqLo);
}

function idOfBytes(bytes: Buffer): StreamId {
  return new StreamId().readBytes(bytes, 0);
}

function readStream(rdbType: number, input: RdbReader): ReadStream {
  const entries: ReadEntry[] = [];
  for (let nodes = input.count(idBytes + 2); nodes > 0; nodes--) readNode(input, entries);
  if (input.length() !== entries.length) throw new MalformedRdb('a stream has another number of entries');
  const lastId = readId(input);
  const top = entries.at(-1)?.id;
  if (top !== undefined && lastId.compare(top) < 0)
    throw new MalformedRdb('a stream ends behind its last id');
  let deleted = new StreamId();
  let added = entries.length;
  if (rdbType !== rdbListpacks) {
    readId(input);
    deleted = readId(input);
    added = safeNumber(input);
  }
  const groups: ReadGroup[] = [];
  const names = new Set<string>();
  for (let n = input.count(); n > 0; n--) {
    const group = readGroup(rdbType, input);
    const name = group.name.toString('latin1');
    if (names.has(name)) throw new MalformedRdb('a group comes twice');
    names.add(name);
    groups.push(group);
  }
  return { entries, lastId, deleted, added, groups };
}

function safeNumber(input: RdbReader): number {
  const [hi, lo] = input.length64();
  if (hi >= 0x200000) throw new MalformedRdb('a number is too large');
  return hi * 4294967296 + lo;
}

function readNode(input: RdbReader, entries: ReadEntry[]): void {
  const key = input.string();
  if (key.length !== idBytes) throw new MalformedRdb('a node of a stream has no id');
  const base = idOfBytes(key);
  const elements = readListpack(input.string());
  let at = 0;
  const element = (): Buffer => {
    const next = elements[at++];
    if (next === undefined) throw new MalformedRdb('a node of a stream is cut short');
    return next;
  };
  const number = (): bigint => {
    const bytes = element();
    const value = parseInt64(bytes, 0, bytes.length);
    if (value === undefined) throw new MalformedRdb('no number in a node of a stream');
    return value;
  };
  const items = (n: bigint): Buffer[] => {
    if (n < 0n || n > BigInt(elements.length - at)) throw new MalformedRdb('a node of a stream is cut short');
    return Array.from({ length: Number(n) }, element);
  };
  let rest = number() + number();
  if (elements.length === 0 || rest < 1n || rest > BigInt(elements.length))
    throw new MalformedRdb('a node of a stream is empty');
  const names = items(number());
  number();
  for (; rest > 0n; rest--) {
    const flags = Number(number());
    const id = idBehind(base, number(), number());
    const isSame = (flags & sameFieldsFlag) !== 0;
    const own = isSame ? items(BigInt(names.length)) : items(2n * number());
    number();
    if ((flags & deletedFlag) !== 0) continue;
    const previous = entries.at(-1)?.id;
    if (id.isZero || (previous !== undefined && id.compare(previous) <= 0))
      throw new MalformedRdb('ids of a stream do not rise');
    const all = isSame ? names.flatMap((name, i) => [name, own[i]!]) : own;
    if (all.length === 0) throw new MalformedRdb('an entry of a stream has no fields');
    entries.push({ id, items: all });
  }
  if (at !== elements.length) throw new MalformedRdb('a node of a stream has more than its entries');
}

function idBehind(base: StreamId, ms: bigint, seq: bigint): StreamId {
  const add = (hi: number, lo: number, n: bigint): bigint => (((BigInt(hi) << 32n) | BigInt(lo)) + n) & u64;
  const [a, b] = [add(base.msHi, base.msLo, ms), add(base.seqHi, base.seqLo, seq)];
  return new StreamId().set(
    Number(a >> 32n),
    Number(a & 0xffffffffn),
    Number(b >> 32n),
    Number(b & 0xffffffffn),
  );
}

function readGroup(rdbType: number, input: RdbReader): ReadGroup {
  const name = input.string();
  const lastId = readId(input);
  let entriesRead: number | undefined;
  if (rdbType !== rdbListpacks) {
    const [hi, lo] = input.length64();
    entriesRead = hi < 0x200000 ? hi * 4294967296 + lo : -1;
  }
  const pending = new Map<string, ReadPending>();
  for (let n = input.count(idBytes); n > 0; n--) {
    const bytes = input.raw(idBytes);
    const timeMs = timeOf(input);
    pending.set(bytes.toString('latin1'), { id: idOfBytes(bytes), timeMs, deliveries: safeNumber(input) });
  }
  const consumers: ReadConsumer[] = [];
  for (let n = input.count(); n > 0; n--) consumers.push(readConsumer(rdbType, input, pending));
  if (new Set(consumers.map((c) => c.name.toString('latin1'))).size !== consumers.length)
    throw new MalformedRdb('a consumer comes twice');
  return { name, lastId, entriesRead, consumers };
}

/** Unix ms, as far as a time can be kept. */
function timeOf(input: RdbReader): number {
  const ms = BigInt.asIntN(64, input.u64());
  return ms < 0n || ms >= 1n << 48n ? 0 : Number(ms);
}

/** Takes what is the consumer's from what is pending in the group. */
function readConsumer(rdbType: number, input: RdbReader, pending: Map<string, ReadPending>): ReadConsumer {
  const name = input.string();
  const seenMs = timeOf(input);
  const activeMs = rdbType === rdbListpacks3 ? timeOf(input) : seenMs;
  const own: ReadPending[] = [];
  for (let n = input.count(idBytes); n > 0; n--) {
    const id = input.raw(idBytes).toString('latin1');
    const known = pending.get(id);
    if (known === undefined || known.id.isZero)
      throw new MalformedRdb('what is pending is not pending in its group');
    pending.delete(id);
    own.push(known);
  }
  return { name, seenMs, activeMs, pending: own };
}

// ---- putting

/** Puts the stream in place of whatever is there. Throws CommandError OOM, or that of a limit, and changes nothing then. */
function put({ store, ks, key, offset, length, deadlineMs }: Target, stream: ReadStream): void {
  const hash = store.hash.of(key, offset, length);
  let bytes = overheadBytes;
  for (const { items } of stream.entries) {
    for (const item of items) {
      store.checkLimits(length, item.length, false);
      bytes += item.length;
    }
    bytes += overheadBytes;
  }
  for (const { consumers } of stream.groups) {
    bytes += 8 * overheadBytes;
    for (const { pending } of consumers) bytes += (8 + pending.length) * overheadBytes;
  }
  store.checkLimits(length, 0, store.find(ks, hash, key, offset, length) === 0);
  store.requireBlock(bytes);
  store.remove(ks, key, offset, length);
  const { streams } = store;
  streams.open(ks, key, offset, length);
  for (const { id, items } of stream.entries) {
    streams.fields.begin(items.length);
    for (const item of items) streams.fields.add(item, 0, item.length);
    streams.add(id);
  }
  if (streams.at === 0) streams.makeEmpty();
  streams.setLast(stream.lastId, stream.added, stream.deleted);
  if (stream.groups.length > 0) putGroups(streams, stream.groups);
  if (deadlineMs !== 0) store.expireAt(ks, hash, ks.entryOf(hash, key, offset, length), deadlineMs);
}

function putGroups(streams: Streams, groups: readonly ReadGroup[]): void {
  const to = streams.groupsToWrite();
  for (const { name, lastId, entriesRead, consumers } of groups) {
    const read = entriesRead ?? countUpTo(streams, lastId);
    const group = to.create(Buffer.from(name), lastId, read);
    for (const { name: own, seenMs, activeMs, pending } of consumers) {
      const consumer = to.join(group, Buffer.from(own), seenMs);
      consumer.activeMs = activeMs;
      for (const { id, timeMs, deliveries } of pending) {
        to.deliver(group, consumer, id, timeMs, Math.min(deliveries, 0xffffffff));
      }
    }
  }
  streams.recordGroups();
}
