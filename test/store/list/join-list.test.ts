import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { BatchReader } from '../../../src/delta/batch-reader.ts';
import { BatchWriter } from '../../../src/delta/batch-writer.ts';
import { VersionVector } from '../../../src/delta/vector.ts';
import { JoinResult } from '../../../src/store/join-result.ts';
import type { Store } from '../../../src/store/store.ts';
import { TestNode } from '../fleet.ts';
import { testJoins } from '../join-properties.ts';
import { dels, expires, type Op, registerAdds, sets, ships } from '../keyed-operations.ts';
import { buildMs } from '../new-store.ts';

const dayMs = 24 * 3600 * 1000;

const value = fc.constantFrom('x', 'y', '7', '-300', 'z'.repeat(40), 'w'.repeat(1200));
const pick = fc.nat(1000);

function push(atFront: boolean, text: string, times: number): Op {
  return (store, k) => {
    const v = Buffer.from(text);
    store.lists.open(store.keyspace(0), k, 0, k.length);
    for (let i = 0; i < times; i++) store.lists.push(atFront, v, 0, v.length);
  };
}

/** A change of one element of a list that has some. */
function change(apply: (store: Store, index: number, size: number) => void, at: number): Op {
  return (store, k) => {
    if (!store.lists.open(store.keyspace(0), k, 0, k.length)) return;
    const { size } = store.lists;
    apply(store, at % size, size);
  };
}

const pushes = fc
  .tuple(fc.boolean(), value, fc.constantFrom(1, 1, 1, 3, 60))
  .map(([atFront, text, times]) => push(atFront, text, times));
const inserts = fc.tuple(value, pick).map(([text, at]) =>
  change((store, index) => {
    const v = Buffer.from(text);
    store.lists.insert(index, v, 0, v.length);
  }, at),
);
const rewrites = fc.tuple(value, pick).map(([text, at]) =>
  change((store, index) => {
    const v = Buffer.from(text);
    store.lists.set(index, v, 0, v.length);
  }, at),
);
const removes = pick.map((at) => change((store, index) => store.lists.remove(index), at));
const pops = fc.boolean().map((atFront) => change((store) => store.lists.pop(atFront), 0));
const trims = fc
  .tuple(pick, pick)
  .map(([a, b]) => change((store, front, size) => store.lists.trim(front, b % (size - front + 1)), a));
const ofLists = fc.oneof(
  { weight: 4, arbitrary: pushes },
  { weight: 2, arbitrary: inserts },
  { weight: 2, arbitrary: rewrites },
  { weight: 2, arbitrary: removes },
  { weight: 2, arbitrary: pops },
  { weight: 1, arbitrary: trims },
  { weight: 1, arbitrary: dels },
  { weight: 1, arbitrary: expires },
  { weight: 1, arbitrary: ships },
);
const ofTwoTypes = fc.oneof(
  { weight: 3, arbitrary: pushes },
  { weight: 2, arbitrary: pops },
  { weight: 1, arbitrary: removes },
  { weight: 2, arbitrary: sets },
  { weight: 2, arbitrary: registerAdds },
  { weight: 1, arbitrary: dels },
);

testJoins('lists', ofLists, ofTwoTypes);

test('a large list is scanned in slices while it changes, and what stays is there', () => {
  const node = new TestNode('n1');
  const k = Buffer.from('a');
  node.run((store) => push(false, 'element', 5000)(store, k));
  const writer = new BatchWriter(node.store.origins);
  const scan = node.store.scan(undefined);
  const copy = new TestNode('copy');
  for (let more = true; more; ) {
    writer.reset();
    more = scan.next(writer, 4096);
    copy.join(Buffer.from(writer.buf.subarray(0, writer.pos)), node);
    node.run((store) => change((s) => s.lists.pop(true), 0)(store, k));
    node.run((store) => push(true, 'front', 3)(store, k));
  }
  for (const batch of node.history) copy.join(batch, node);
  assert.deepEqual(copy.visible(), node.visible());
  assert.deepEqual(copy.picture(), node.picture());
});

test('a peer gets what its vector does not cover, removals too', () => {
  const node = new TestNode('n1');
  const peer = new TestNode('n2');
  const k = Buffer.from('a');
  node.run((store) => push(false, 'x', 10)(store, k));
  for (const batch of node.history) peer.join(batch, node);
  const seen = new VersionVector();
  seen.advance(node.store.self, node.store.clock.last(), 0);
  node.run((store) => change((s) => s.lists.pop(false), 0)(store, k));
  node.run((store) => push(false, 'y', 1)(store, k));
  const writer = new BatchWriter(node.store.origins);
  const scan = node.store.scan(seen);
  while (scan.next(writer, 65_536));
  assert.equal(writer.count, 2);
  peer.join(Buffer.from(writer.buf.subarray(0, writer.pos)), node);
  assert.deepEqual(peer.visible(), node.visible());
});

test('a delta whose position is none changes nothing', () => {
  const node = new TestNode('n1');
  const writer = new BatchWriter(node.store.origins);
  const bad = Buffer.from([0xff, 0xff]);
  writer.insert(0, Buffer.from('k'), 0, 1, 1, 400, 5, bad, 0, 2, bad, 0, 2);
  const reader = new BatchReader(node.store.origins);
  reader.open(writer.buf, 0, writer.pos);
  assert.ok(reader.next());
  assert.equal(node.store.join(reader, undefined), JoinResult.stale);
  assert.deepEqual(node.visible(), {});
});

test('dead elements go when they are old enough, and the key with the last of them', () => {
  const node = new TestNode('n1');
  const k = Buffer.from('a');
  node.run((store) => push(false, 'x', 300)(store, k));
  for (let i = 0; i < 300; i++) node.run((store) => change((s) => s.lists.pop(true), 0)(store, k));
  assert.equal(node.picture().length, 300);
  assert.equal(node.store.graveyard.sweep(1000, buildMs - dayMs), 0);
  while (node.store.graveyard.sweep(1000, buildMs + dayMs) > 0);
  assert.deepEqual(node.picture(), []);
  assert.equal(node.store.counts().tombs, 0);
  assert.equal(node.store.arena.liveBytes < 4096, true, `${node.store.arena.liveBytes} bytes are left`);
});

test('the dead of a large list count as the graveyard, and their age is known', () => {
  const node = new TestNode('n1');
  const k = Buffer.from('a');
  node.run((store) => push(false, 'x', 3000)(store, k));
  const { store } = node;
  assert.equal(store.ground.tombBytes, 0);
  node.run((s) => change(() => s.lists.trim(2900, 0), 0)(s, k));
  assert.ok(store.ground.tombBytes > 2900 * 2, `${store.ground.tombBytes} bytes`);
  assert.ok((store.graveyard.cutoffMs(1000) ?? 0) > buildMs - dayMs);
  for (let i = 0; i < 100; i++) store.graveyard.sweep(1000, buildMs + dayMs);
  assert.ok(store.ground.tombBytes < 200, `${store.ground.tombBytes} bytes are left`);
  assert.equal(store.lists.open(store.keyspace(0), k, 0, 1) && store.lists.size, 100);
});

test('a fork gives elements and removals new dots, in their order', () => {
  const node = new TestNode('n1');
  const k = Buffer.from('a');
  node.run((store) => push(false, 'x', 5)(store, k));
  const since = node.store.clock.last() + 1;
  node.run((store) => push(false, 'y', 2)(store, k));
  node.run((store) => change((s) => s.lists.set(0, Buffer.from('z'), 0, 1), 0)(store, k));
  node.run((store) => change((s) => s.lists.remove(1), 0)(store, k));
  const before = node.visible();
  const { store } = node;
  const from = store.self;
  store.self = store.origins.intern('n1/00000002');
  node.run(() => store.redot(from, since, store.self, () => store.clock.next()));
  assert.deepEqual(node.visible(), before);
  assert.ok(node.picture().every((line) => !line.includes(`n1/00000001@${since}`)));
  const other = new TestNode('n2');
  for (const batch of [node.history[0]!, node.history.at(-1)!]) other.join(batch, node);
  assert.deepEqual(other.visible(), before);
});

test('what a vector covers can be forgotten', () => {
  const node = new TestNode('n1');
  const k = Buffer.from('a');
  node.run((store) => push(false, 'x', 5)(store, k));
  const covered = new VersionVector();
  covered.advance(node.store.self, node.store.clock.last(), 0);
  node.run((store) => push(false, 'y', 2)(store, k));
  node.store.forgetCovered(covered);
  assert.deepEqual(node.visible(), { '0:a': '[y,y] until 0' });
});
