// A small fleet of stores for the tests of joins: stores with their own origins, clocks and recorders, the deltas of
// each command kept in order, and a canonical picture of what a store knows.
import assert from 'node:assert/strict';
import { msOfStamp, stampFrom } from '../../src/base/clock.ts';
import { BatchReader } from '../../src/delta/batch-reader.ts';
import { BatchWriter } from '../../src/delta/batch-writer.ts';
import { DeltaFlag, DeltaKind } from '../../src/delta/kinds.ts';
import { StreamId } from '../../src/delta/stream-id.ts';
import { EntryType } from '../../src/store/entry.ts';
import { JoinResult } from '../../src/store/join-result.ts';
import type { Keyspace } from '../../src/store/keyspace.ts';
import { memoriesOf } from '../../src/store/list/list-memories.ts';
import type { Store } from '../../src/store/store.ts';
import { buildMs, newStore } from './new-store.ts';

/** Nothing is refused for want of room: what one node has taken, all can. */
const fleetMemoryBytes = 1024 * 1024;

export class TestNode {
  readonly store: Store;
  readonly reader: BatchReader;
  /** The deltas of each command, oldest first. */
  readonly history: Buffer[] = [];

  constructor(name: string, options: { memoryBytes?: number; keepsDead?: boolean; lww?: boolean } = {}) {
    this.store = newStore(name, options.memoryBytes ?? fleetMemoryBytes);
    const { origins } = this.store;
    this.store.recorder = new BatchWriter(origins);
    this.store.lww = options.lww ?? false;
    if (options.keepsDead !== false) this.store.keepDead();
    this.reader = new BatchReader(origins);
    this.setTime(buildMs);
  }

  setTime(nowMs: number): void {
    this.store.nowMs = nowMs;
    this.store.clock.observe(nowMs);
  }

  /** Runs a command and keeps the deltas that it made as one batch. */
  run(command: (store: Store) => void): void {
    const recorder = this.store.recorder!;
    recorder.reset();
    command(this.store);
    if (recorder.count > 0) this.history.push(Buffer.from(recorder.buf.subarray(0, recorder.pos)));
    recorder.reset();
  }

  /** Joins a batch; `source` answers what is wanted of it. */
  join(batch: Buffer, source: TestNode): void {
    const recorder = this.store.recorder;
    this.store.recorder = undefined;
    this.reader.open(batch, 0, batch.length);
    const wanted: { db: number; key: Buffer }[] = [];
    while (this.reader.next()) {
      const { db, kind, keyOffset, keyLength } = this.reader;
      // What expired here says nothing to others.
      if (kind === DeltaKind.forget) continue;
      if (this.joinOne(false) === JoinResult.want) {
        wanted.push({ db, key: Buffer.from(batch.subarray(keyOffset, keyOffset + keyLength)) });
      }
    }
    for (const { db, key } of wanted) this.joinWhole(source.whole(db, key));
    this.store.recorder = recorder;
  }

  /** All that this node knows of a key, as a batch. */
  whole(db: number, key: Buffer): Buffer {
    const writer = new BatchWriter(this.store.origins);
    this.store.emitKey(writer, db, key);
    return Buffer.from(writer.buf.subarray(0, writer.pos));
  }

  /** All that this node knows, in slices as a snapshot (`isLocal`) or a link makes them. */
  scanned(isLocal: boolean): Buffer[] {
    const writer = new BatchWriter(this.store.origins);
    const scan = this.store.scan(undefined, isLocal);
    const batches: Buffer[] = [];
    for (let more = true; more; ) {
      writer.reset();
      more = scan.next(writer, 4096);
      batches.push(Buffer.from(writer.buf.subarray(0, writer.pos)));
    }
    return batches;
  }

  private joinWhole(batch: Buffer): void {
    this.reader.open(batch, 0, batch.length);
    while (this.reader.next()) this.joinOne(true);
  }

  private joinOne(isWhole: boolean): JoinResult {
    const result = this.store.join(this.reader, undefined, isWhole);
    assert.notEqual(result, JoinResult.full, 'the store of the test is too small for the history');
    return result;
  }

  /** All that this store knows, one line a delta, in an order that does not depend on hashes or history. */
  picture(): string[] {
    const writer = new BatchWriter(this.store.origins);
    const scan = this.store.scan(undefined);
    while (scan.next(writer, 65_536));
    const reader = new BatchReader(this.store.origins);
    reader.open(writer.buf, 0, writer.pos);
    const lines: string[] = [];
    while (reader.next()) lines.push(this.line(reader));
    return lines.sort();
  }

  private line(d: BatchReader): string {
    const name = (origin: number): string => this.store.origins.name(origin);
    const key = d.buf.toString('latin1', d.keyOffset, d.keyOffset + d.keyLength);
    const kind = Object.entries(DeltaKind).find(([, n]) => n === d.kind)?.[0];
    const value =
      d.valueLength > 0 ? d.buf.toString('latin1', d.valueOffset, d.valueOffset + d.valueLength) : '';
    const stated =
      d.kind === DeltaKind.put && !d.has(DeltaFlag.expiryStated) ? 'keep' : `until ${d.deadlineMs}`;
    const element =
      d.elementType === 0
        ? ''
        : `.${d.elementType}:${d.buf.toString('latin1', d.elementOffset, d.elementOffset + d.elementLength)}`;
    const parts = [`${d.db} ${key}${element} ${kind} ${name(d.origin)}@${d.stamp} "${value}" ${stated}`];
    if (d.kind === DeltaKind.count) {
      parts.push(
        `run ${stampFrom(d.runHi, d.runLo)} sum ${d.has(DeltaFlag.decimal) ? value : d.sumHi * 2 ** 32 + (d.sumLo >>> 0)}`,
      );
    }
    if (d.positionLength > 0) {
      const position = d.buf.toString('hex', d.positionOffset, d.positionOffset + d.positionLength);
      const id = d.baseOrigin === 0 ? '' : `${name(d.baseOrigin)}@${stampFrom(d.baseHi, d.baseLo)}`;
      parts.push(`at ${position} id ${id}`);
    }
    if (d.kind === DeltaKind.entry || d.kind === DeltaKind.extent) {
      parts.push(`id ${d.id.text} added ${d.added} trim ${d.kind === DeltaKind.entry ? '' : d.trimId.text}`);
    }
    if (d.kind === DeltaKind.clear) parts.push(`kill ${name(d.baseOrigin)}@${stampFrom(d.baseHi, d.baseLo)}`);
    const records = d.records
      .map(
        (r) =>
          `${name(r.origin)}@${r.stamp} run ${r.run} sum ${r.sum} by ${name(r.eventOrigin)}@${r.eventStamp}`,
      )
      .sort();
    return [...parts, ...records].join(' | ');
  }

  /** What clients see: key -> value and deadline. */
  visible(): Record<string, string> {
    return visibleOf(this.store);
  }
}

/** What clients see of a store: keyspace and key -> content and deadline. */
export function visibleOf(store: Store): Record<string, string> {
  const out: Record<string, string> = {};
  for (const ks of store.keyspaces) {
    const all: number[] = [];
    let cursor = 0;
    do cursor = ks.table.scan(cursor, 100, (at) => all.push(at));
    while (cursor !== 0);
    for (const at of all) {
      if (store.isExpired(at)) continue;
      const offset = store.entries.keyOffset(at);
      const end = offset + store.entries.keyLength(at);
      const key = Buffer.from(store.arena.u8.slice(offset, end)).toString('latin1');
      out[`${ks.id}:${key}`] = `${contentOf(store, ks, at)} until ${store.entries.deadline(at)}`;
    }
  }
  return Object.fromEntries(Object.entries(out).sort());
}

/** What clients see of a live key: the text of a string, the elements of a collection in byte order. */
function contentOf(store: Store, ks: Keyspace, at: number): string {
  const { entries, elements } = store;
  const type = entries.type(at);
  if (type === EntryType.string) return store.strings.copy(at).toString('latin1');
  if (type === EntryType.list) return listOf(store, ks, at);
  if (type === EntryType.stream) return streamOf(store, ks, at);
  elements.stand(
    ks,
    store.hashOfEntry(at),
    at,
    store.arena.u8,
    entries.keyOffset(at),
    entries.keyLength(at),
    type,
  );
  const lines: string[] = [];
  elements.each((name, no, nl, value, vo, vl) => {
    const text = (bytes: Uint8Array, o: number, l: number): string =>
      Buffer.from(bytes.subarray(o, o + l)).toString('latin1');
    lines.push(`${text(name, no, nl)}=${text(value, vo, vl)}`);
  });
  assert.equal(lines.length, elements.shown, 'a collection counts what it holds');
  if (type === EntryType.zset) assertInOrder(store, at, lines.length);
  return `${type}{${lines.sort().join(',')}}`;
}

/** The values of a list in their order. */
function listOf(store: Store, ks: Keyspace, at: number): string {
  const { lists, entries } = store;
  lists.stand(ks, store.hashOfEntry(at), at, store.arena.u8, entries.keyOffset(at), entries.keyLength(at));
  const values = memoriesOf(lists.opened)
    .filter((e) => !e.isDead)
    .map((e) => Buffer.from(e.bytes).toString('latin1'));
  assert.equal(values.length, lists.size, 'a list counts what it holds');
  return `[${values.join(',')}]`;
}

/** The entries of a stream in their order, and its extent. */
function streamOf(store: Store, ks: Keyspace, at: number): string {
  const { streams, entries } = store;
  const [offset, length] = [entries.keyOffset(at), entries.keyLength(at)];
  streams.stand(ks, store.hashOfEntry(at), at, store.arena.u8, offset, length);
  const lines: string[] = [];
  const { live, fields } = streams;
  const before = new StreamId();
  live.begin();
  while (live.next()) {
    assert.ok(live.codec.id.compare(before) > 0, 'a stream is in order');
    before.copy(live.codec.id);
    streams.opened.readFields();
    const bytes = Buffer.from(fields.bytes.subarray(fields.offset, fields.offset + fields.length));
    lines.push(`${live.codec.id.text} ${bytes.toString('latin1')}`);
  }
  assert.equal(lines.length, streams.size, 'a stream counts what it holds');
  const last = streams.lastId(new StreamId()).text;
  return `stream[${lines.join(',')}] last ${last} added ${streams.added}`;
}

/** A sorted set's order has all that it holds, by score, then by member. */
function assertInOrder(store: Store, at: number, count: number): void {
  const { cursor } = store.sortedSets;
  cursor.open(at);
  cursor.seekRank(0);
  let last: { score: number; member: Buffer } | undefined;
  let seen = 0;
  for (; cursor.next(); seen++) {
    const { score, memberOffset, memberLength } = cursor;
    const member = Buffer.from(cursor.u8.subarray(memberOffset, memberOffset + memberLength));
    if (last !== undefined) {
      const isAbove = score > last.score || (score === last.score && Buffer.compare(member, last.member) > 0);
      assert.ok(isAbove, 'a sorted set is in order');
    }
    last = { score, member };
  }
  assert.equal(seen, count, 'the order of a sorted set is complete');
}

/** The wall time of a node's clock. */
export function timeOf(node: TestNode): number {
  return msOfStamp(node.store.clock.last());
}
