import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { BatchReader } from '../../src/delta/batch-reader.ts';
import { BatchWriter } from '../../src/delta/batch-writer.ts';
import { DeltaKind } from '../../src/delta/kinds.ts';
import { VersionVector } from '../../src/delta/vector.ts';
import type { Store } from '../../src/store/store.ts';
import { Peer } from '../../src/sync/peer.ts';
import type { SyncBlock } from '../../src/sync/ports.ts';
import { Window } from '../../src/sync/window.ts';
import { TestNode } from '../store/fleet.ts';
import { buildMs } from '../store/new-store.ts';

type Step = readonly [kind: number, key: number, value: number];
const steps = fc.array(fc.tuple(fc.nat(6), fc.nat(2), fc.nat(9)), { maxLength: 60 });

function perform(store: Store, [kind, key, value]: Step): void {
  const k = Buffer.from(`k${key}`);
  const v = Buffer.from('x'.repeat(kind === 4 ? 200 : 1) + value);
  const ks = store.keyspaces[0]!;
  const at = store.find(ks, store.hash.of(k, 0, k.length), k, 0, k.length);
  const c = Buffer.from(`c${key}`);
  if (kind === 0) store.strings.set(ks, k, 0, k.length, v, 0, v.length, 0);
  else if (kind === 1) store.remove(ks, k, 0, k.length);
  else if (kind === 2) store.strings.count(ks, c, 0, c.length, value);
  else if (kind === 3) store.remove(ks, c, 0, c.length);
  else if (kind === 4) store.strings.set(ks, k, 0, k.length, v, 0, v.length, buildMs + 1e9);
  else if (kind === 5 && at !== 0)
    store.expireAt(ks, store.hash.of(k, 0, k.length), at, buildMs + 1e9 + value);
  else if (kind === 6 && at !== 0) store.strings.patch(ks, k, 0, k.length, store.strings.length(at), v, 0, 1);
}

function blocksOf(node: TestNode, source: string): SyncBlock[] {
  let seq = 0;
  return node.history.map((buf) => {
    const count = new BatchReader(node.store.origins).verify(buf, 0, buf.length);
    const block = { source, firstSeq: seq, count, ownCount: count, buf, start: 0, end: buf.length };
    seq += count;
    return block;
  });
}

function peerOf(node: TestNode, vector = new VersionVector()): Peer {
  const origin = node.store.origins.intern('peer/00000009');
  const facts = {
    isDurable: true,
    relies: '',
    nodeId: 'peer',
    origin,
    journal: 'j',
    tag: 1,
    windowBytes: 1,
    software: '',
    unpacks: false,
  };
  return new Peer(facts, vector, 0);
}

function write(node: TestNode, window: Window): { batch: Buffer; deltas: number } {
  const writer = new BatchWriter(node.store.origins);
  const writing = window.write(
    writer,
    (w, db, key) => node.store.emitKey(w, db, key),
    (_known, stamp) => [{ stamp, tag: 1 }],
  );
  let written = writing.next();
  while (written.done !== true) written = writing.next();
  return { batch: Buffer.from(writer.buf.subarray(0, writer.pos)), deltas: written.value.deltas };
}

test('a coalesced window, joined, gives the state that all of its records give', () => {
  fc.assert(
    fc.property(steps, (list) => {
      const from = new TestNode('a');
      for (const step of list) from.run((store) => perform(store, step));
      const window = new Window(from.store.origins, from.store.self);
      const peer = peerOf(from);
      for (const block of blocksOf(from, '')) window.add(block, peer);
      const { batch } = write(from, window);
      const all = new TestNode('b');
      const coalesced = new TestNode('b');
      for (const delta of from.history) all.join(delta, from);
      coalesced.join(batch, from);
      assert.deepEqual(coalesced.visible(), from.visible());
      assert.deepEqual(coalesced.visible(), all.visible());
    }),
  );
});

test('a thousand writes of one key travel as one delta and a frontier', () => {
  const from = new TestNode('a');
  for (let i = 0; i < 1000; i++) from.run((store) => perform(store, [0, 1, i]));
  for (let i = 0; i < 1000; i++) from.run((store) => perform(store, [2, 1, 1]));
  const window = new Window(from.store.origins, from.store.self);
  const peer = peerOf(from);
  for (const block of blocksOf(from, '')) window.add(block, peer);
  const { batch, deltas } = write(from, window);
  assert.equal(deltas, 2);
  const reader = new BatchReader(from.store.origins);
  reader.open(batch, 0, batch.length);
  const kinds: number[] = [];
  while (reader.next()) kinds.push(reader.kind);
  assert.deepEqual(kinds, [DeltaKind.put, DeltaKind.count, DeltaKind.frontier]);
});

test('what the peer covers, and what came from it over this connection, stays out', () => {
  const from = new TestNode('a');
  from.run((store) => perform(store, [0, 1, 1]));
  const covered = new VersionVector();
  covered.advance(from.store.self, from.store.clock.last(), 1);
  const window = new Window(from.store.origins, from.store.self);
  for (const block of blocksOf(from, '')) window.add(block, peerOf(from, covered));
  assert.equal(write(from, window).batch.length, 0);
  const other = new TestNode('b');
  other.run((store) => perform(store, [0, 1, 1]));
  const echo = new Window(
    other.store.origins,
    other.store.origins.intern(from.store.origins.name(from.store.self)),
  );
  for (const block of blocksOf(other, 'peer')) echo.add(block, peerOf(other));
  assert.equal(write(other, echo).batch.length, 0);
});

test('what this node made itself while it joined what a peer sent, where that had expired, goes to that peer', () => {
  const node = new TestNode('a');
  node.run((store) => perform(store, [0, 1, 1]));
  node.run((store) => perform(store, [1, 1, 1]));
  const window = new Window(node.store.origins, node.store.self);
  for (const block of blocksOf(node, 'peer')) window.add(block, peerOf(node));
  const far = new TestNode('far');
  far.run((store) => perform(store, [0, 2, 2]));
  const { batch, deltas } = write(node, window);
  assert.equal(deltas, 1);
  far.join(batch, node);
  assert.equal(Object.keys(far.visible()).length, 1);
});

test('the newest value inherits the oldest base', () => {
  const from = new TestNode('a');
  const other = new TestNode('b');
  other.run((store) => perform(store, [0, 1, 7]));
  from.join(other.history[0]!, other);
  from.run((store) => perform(store, [0, 1, 1]));
  from.run((store) => perform(store, [0, 1, 2]));
  const window = new Window(from.store.origins, from.store.self);
  for (const block of blocksOf(from, '')) window.add(block, peerOf(from));
  const { batch, deltas } = write(from, window);
  assert.equal(deltas, 1);
  const reader = new BatchReader(from.store.origins);
  reader.open(batch, 0, batch.length);
  assert.ok(reader.next());
  assert.equal(from.store.origins.name(reader.baseOrigin), 'b/00000001');
});

test('a run that a block names comes next, as its blocks, and says how far this node is', () => {
  const node = new TestNode('a');
  const { store } = node;
  const key = Buffer.from('k');
  const value = Buffer.from('v');
  const run = new BatchWriter(store.origins);
  for (let i = 0; i < 3; i++) {
    run.put(0, Buffer.from(`r${i}`), 0, 2, store.self, 1, i, value, 0, 1, true, 0, 0, 0, 0);
  }
  node.run(({ recorder, self }) => recorder!.run(0, key, 0, 1, self, 1, 2, 7, 3));
  const peer = peerOf(node);
  const window = new Window(store.origins, store.self);
  for (const block of blocksOf(node, '')) window.add(block, peer);
  assert.deepEqual(window.runs, [7]);
  const buf = run.buf.subarray(0, run.pos);
  const of = { source: '', firstSeq: 0, count: 3, ownCount: 3 };
  window.add({ ...of, buf, start: 0, end: buf.length }, peer, peer.vector, true);
  assert.deepEqual(window.runs, []);
  assert.equal(window.lastOwnStamp, 2 ** 32 + 2);
  const { batch, deltas } = write(node, window);
  assert.equal(deltas, 3);
  const far = new TestNode('far');
  far.join(batch.subarray(0, batch.length), node);
  assert.equal(Object.keys(far.visible()).length, 3);
});
