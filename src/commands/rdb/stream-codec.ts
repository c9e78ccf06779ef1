// Streams in RDB form: nodes of entries as listpacks, what is known of the stream, its groups with what is pending in them.
// Written as Redis 7.0 has it (type 19); read also as Redis 5 (15) and Redis 7.2 (21) have it. A chunk here is a node there.
//
//   nodes { key: id of 16 bytes, listpack } ..., entries, last id, [first id, greatest id deleted, entries added],
//   groups { name, last id, [entries read], pending { id, time, deliveries } ...,
//            consumers { name, seen time, [active time], pending { id } ... } ... } ...
//   listpack   entries, deleted, names, name ..., 0, { flags, ms and sequence less those of the key,
//              [fields, name and] value ..., number of elements so far in the entry } ...
import { idBytes, StreamId } from '../../delta/stream-id.ts';
import { EntryType } from '../../store/entry.ts';
import { ListValue, valueBytesAt } from '../../store/list/list-value.ts';
import { parseInt64 } from '../../store/number.ts';
import type { Store } from '../../store/store.ts';
import type { EntryCodec } from '../../store/stream/entry-codec.ts';
import { readVarint, varintEnd } from '../../store/stream/fields.ts';
import type { Group, StreamGroups } from '../../store/stream/groups.ts';
import type { Streams } from '../../store/streams.ts';
import { countUpTo } from '../stream/open-group.ts';
import { ListpackWriter, readListpack } from './listpack.ts';
import { MalformedRdb, type RdbReader } from './rdb-reader.ts';
import type { RdbWriter } from './rdb-writer.ts';
import type { Target, ValueCodec } from './value-codec.ts';

const rdbListpacks = 15;
const rdbListpacks2 = 19;
const rdbListpacks3 = 21;
const deletedFlag = 1;
const sameFieldsFlag = 2;
const unknown64 = 0xffffffff;
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
  write({ store, ks, find }, out) {
    const { streams, entries, arena } = store;
    const at = find();
    streams.stand(ks, store.hashOfEntry(at), at, arena.u8, entries.keyOffset(at), entries.keyLength(at));
    out.u8(rdbListpacks2);
    writeNodes(streams, out);
    out.length(streams.size);
    const id = new StreamId();
    writeId(streams.lastId(id), out);
    writeId(streams.size === 0 ? id.set(0, 0, 0, 0) : streams.live.first(id), out);
    writeId(streams.maxDeleted(id), out);
    out.length(streams.added);
    const all = streams.groups?.all() ?? [];
    out.length(all.length);
    for (const group of all) writeGroup(store, streams.groups!, group, out);
    return true;
  },
  read(rdbType, input) {
    const stream = readStream(rdbType, input);
    return (target) => put(target, stream);
  },
};

// ---- writing

function writeId(id: StreamId, out: RdbWriter): void {
  out.length64(id.msHi, id.msLo);
  out.length64(id.seqHi, id.seqLo);
}

function writeNodes(streams: Streams, out: RdbWriter): void {
  const { directory, codec } = streams.live;
  const key = new Uint8Array(idBytes);
  const base = new StreamId();
  const pack = new ListpackWriter();
  out.length(directory.size);
  for (let ordinal = 0; ordinal < directory.size; ordinal++) {
    const chunk = directory.chunkAt(ordinal);
    const namesAt = codec.namesAt(chunk);
    const names = readVarint(codec.u8, namesAt);
    pack.begin();
    pack.integer(directory.countAt(ordinal));
    pack.integer(0);
    pack.integer(names);
    writeItems(codec.u8, varintEnd(codec.u8, namesAt, codec.u8.length), names, pack);
    pack.integer(0);
    codec.open(chunk);
    while (codec.next()) {
      if (codec.index === 0) base.copy(codec.id);
      writeEntry(codec, base, names, pack);
    }
    base.writeBytes(key);
    out.string(key, 0, idBytes);
    const node = pack.finish();
    out.string(node, 0, node.length);
  }
}

function writeEntry(
  { u8, id, hasNames, bodyAt }: EntryCodec,
  base: StreamId,
  names: number,
  pack: ListpackWriter,
): void {
  pack.integer(hasNames ? 0 : sameFieldsFlag);
  writeDifference(id.msHi - base.msHi, id.msLo - base.msLo, pack);
  writeDifference(id.seqHi - base.seqHi, id.seqLo - base.seqLo, pack);
  if (!hasNames) {
    writeItems(u8, bodyAt, names, pack);
    pack.integer(names + 3);
    return;
  }
  const fields = readVarint(u8, bodyAt);
  pack.integer(fields);
  writeItems(u8, varintEnd(u8, bodyAt, u8.length), 2 * fields, pack);
  pack.integer(2 * fields + 4);
}

const value = new ListValue();

/** Writes `n` names or values that stand one after the other. */
function writeItems(u8: Uint8Array, at: number, n: number, pack: ListpackWriter): void {
  let p = at;
  for (let i = 0; i < n; i++) {
    value.read(u8, p);
    pack.string(value.bytes, value.offset, value.length);
    p += valueBytesAt(u8, p);
  }
}

/** A difference in halves as a signed 64-bit integer. */
function writeDifference(hi: number, lo: number, pack: ListpackWriter): void {
  const difference = hi * 4294967296 + lo;
  if (Number.isSafeInteger(difference)) {
    pack.integer(difference);
    return;
  }
  const text = Buffer.from(String(BigInt.asIntN(64, BigInt(hi) * 4294967296n + BigInt(lo))));
  pack.string(text, 0, text.length);
}

function writeGroup(store: Store, groups: StreamGroups, group: Group, out: RdbWriter): void {
  const { pending } = store.streams;
  const { name, lastId, entriesRead } = group;
  out.string(name, 0, name.length);
  writeId(lastId, out);
  if (entriesRead === -1) out.length64(unknown64, unknown64);
  else out.length(entriesRead);
  const from = new StreamId();
  const key = new Uint8Array(idBytes);
  pending.open(group);
  out.length(pending.count);
  for (let more = pending.seek(from); more; more = pending.next()) {
    pending.id.writeBytes(key);
    out.raw(key);
    out.u64(BigInt(pending.timeMs));
    out.length(pending.deliveries);
  }
  const consumers = groups.consumersOf(group);
  out.length(consumers.length);
  for (const consumer of consumers) {
    out.string(consumer.name, 0, consumer.name.length);
    out.u64(BigInt(consumer.seenMs));
    out.length(consumer.pending);
    pending.open(group, consumer);
    for (let more = pending.seek(from); more; more = pending.next()) {
      pending.id.writeBytes(key);
      out.raw(key);
    }
  }
}

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
