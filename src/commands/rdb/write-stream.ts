// Writes streams in RDB form, in steps, as stream-codec.ts describes it. Between two steps others may run: where groups
// change meanwhile it gives up, as what has been written of them says how much of them there is.
import { idBytes, StreamId } from '../../delta/stream-id.ts';
import { ListValue, valueBytesAt } from '../../store/list/list-value.ts';
import type { EntryCodec } from '../../store/stream/entry-codec.ts';
import { readVarint, varintEnd } from '../../store/stream/fields.ts';
import type { Consumer, Group } from '../../store/stream/groups.ts';
import type { Streams } from '../../store/streams.ts';
import { ListpackWriter } from './listpack.ts';
import type { RdbWriter } from './rdb-writer.ts';
import type { Source } from './value-codec.ts';

export const rdbListpacks2 = 19;
export const sameFieldsFlag = 2;
const unknown64 = 0xffffffff;

/** A stream in the writing. */
interface Writing {
  readonly out: RdbWriter;
  readonly streams: Streams;
  /** Elements between two steps. */
  readonly sliceElements: number;
  /** Stands on the stream again; false where it is gone, or its groups have changed. */
  goOn(): boolean;
}

/** Writes type byte and value. Returns false where the stream is gone meanwhile, or another. */
export function* writeStream(source: Source, out: RdbWriter): Generator<void, boolean, void> {
  const { streams, sliceSizes } = source.store;
  if (!standOn(source)) return false;
  const { groupChanges } = streams;
  const goOn = (): boolean => standOn(source) && streams.groupChanges === groupChanges;
  const writing = { out, streams, sliceElements: sliceSizes.elements, goOn };
  out.u8(rdbListpacks2);
  if (!(yield* writeNodes(writing))) return false;
  writeExtent(writing);
  const all = streams.groups?.all() ?? [];
  out.length(all.length);
  for (const group of all) if (!(yield* writeGroup(writing, group))) return false;
  return true;
}

function standOn({ store, ks, find }: Source): boolean {
  const { streams, entries, arena } = store;
  const at = find();
  if (at === 0) return false;
  streams.stand(ks, store.hashOfEntry(at), at, arena.u8, entries.keyOffset(at), entries.keyLength(at));
  return true;
}

function writeId(id: StreamId, out: RdbWriter): void {
  out.length64(id.msHi, id.msLo);
  out.length64(id.seqHi, id.seqLo);
}

function writeExtent({ streams, out }: Writing): void {
  out.length(streams.size);
  const id = new StreamId();
  writeId(streams.lastId(id), out);
  writeId(streams.size === 0 ? id.set(0, 0, 0, 0) : streams.live.first(id), out);
  writeId(streams.maxDeleted(id), out);
  out.length(streams.added);
}

function* writeNodes({ streams, out, sliceElements, goOn }: Writing): Generator<void, boolean, void> {
  const { directory } = streams.live;
  const pack = new ListpackWriter();
  out.length(directory.size);
  for (let ordinal = 0, entries = 0; ordinal < directory.size; ordinal++) {
    writeNode(streams, ordinal, pack, out);
    entries += directory.countAt(ordinal);
    if (entries < sliceElements) continue;
    entries = 0;
    yield;
    if (!goOn()) return false;
  }
  return true;
}

function writeNode({ live }: Streams, ordinal: number, pack: ListpackWriter, out: RdbWriter): void {
  const { directory, codec } = live;
  const key = new Uint8Array(idBytes);
  const base = new StreamId();
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

function* writeGroup(writing: Writing, group: Group): Generator<void, boolean, void> {
  const { out, streams } = writing;
  const { pending } = streams;
  const { name, lastId, entriesRead } = group;
  out.string(name, 0, name.length);
  writeId(lastId, out);
  if (entriesRead === -1) out.length64(unknown64, unknown64);
  else out.length(entriesRead);
  pending.open(group);
  out.length(pending.count);
  const writeState = (): void => {
    out.u64(BigInt(pending.timeMs));
    out.length(pending.deliveries);
  };
  if (!(yield* writePending(writing, group, undefined, writeState))) return false;
  const consumers = streams.groups!.consumersOf(group);
  out.length(consumers.length);
  for (const consumer of consumers) {
    out.string(consumer.name, 0, consumer.name.length);
    out.u64(BigInt(consumer.seenMs));
    out.length(consumer.pending);
    if (!(yield* writePending(writing, group, consumer, () => {}))) return false;
  }
  return true;
}

/** Writes the ids that are pending in a group, or for one consumer, each with what `write` adds. */
function* writePending(
  { out, streams: { pending }, sliceElements, goOn }: Writing,
  group: Group,
  consumer: Consumer | undefined,
  write: () => void,
): Generator<void, boolean, void> {
  const from = new StreamId();
  const key = new Uint8Array(idBytes);
  for (;;) {
    pending.open(group, consumer);
    let more = pending.seek(from);
    for (let n = 0; more && n < sliceElements; n++, more = pending.next()) {
      pending.id.writeBytes(key);
      out.raw(key);
      write();
    }
    if (!more) return true;
    from.copy(pending.id);
    yield;
    if (!goOn()) return false;
  }
}
