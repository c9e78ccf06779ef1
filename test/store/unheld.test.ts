import assert from 'node:assert/strict';
import { test } from 'node:test';
import { stampMax } from '../../src/base/clock.ts';
import { copyRecord } from '../../src/delta/copy-record.ts';
import { DeltaKind } from '../../src/delta/kinds.ts';
import { VersionVector } from '../../src/delta/vector.ts';
import { EntryType } from '../../src/store/entry.ts';
import { JoinResult } from '../../src/store/join-result.ts';
import type { Store } from '../../src/store/store.ts';
import { type UnheldKey, unknownType } from '../../src/store/unheld.ts';
import { TestNode } from './fleet.ts';

const mb = 1024 * 1024;

function put(store: Store, name: string, value: string): void {
  const [key, bytes] = [Buffer.from(name), Buffer.from(value)];
  store.strings.set(store.keyspace(0), key, 0, key.length, bytes, 0, bytes.length, 0);
}

function unheldOf(store: Store, name: string): UnheldKey | undefined {
  const key = Buffer.from(name);
  return store.unheld.find(store.keyspace(0), store.hash.of(key, 0, key.length), key, 0, key.length);
}

function isThere(store: Store, name: string): boolean {
  const key = Buffer.from(name);
  return store.keyspace(0).entryOf(store.hash.of(key, 0, key.length), key, 0, key.length) !== 0;
}

function mark(store: Store, name: string, hasCounters = false): void {
  const key = Buffer.from(name);
  const hash = store.hash.of(key, 0, key.length);
  const unheld = { type: EntryType.string, hasCounters };
  store.unheld.mark(store.keyspace(0), hash, key, 0, key.length, unheld, store.nextDot());
}

/** A node whose keeper has everything. */
function edge(memoryBytes = 2 * mb): TestNode {
  const node = new TestNode('e', { memoryBytes });
  const kept = new VersionVector();
  for (const name of ['e/00000001', 'h/00000001']) kept.advance(node.store.origins.intern(name), stampMax, 0);
  node.store.eviction.kept = () => kept;
  node.store.eviction.policy = 'allkeys-lru';
  return node;
}

function evictAll({ store }: TestNode): void {
  store.recorder?.reset();
  while (store.counts().keys > 0 && store.eviction.relieve(0));
}

/** Joins a batch as one that comes from the keeper; returns the results. */
function joinKept(node: TestNode, batch: Buffer, whole = false): number[] {
  const results: number[] = [];
  node.reader.open(batch, 0, batch.length);
  while (node.reader.next()) results.push(node.store.join(node.reader, new VersionVector(), whole, !whole));
  return results;
}

test('an evicted key is not held whole until it is fetched', () => {
  const hub = new TestNode('h');
  const node = edge();
  hub.run((store) => put(store, 'a', 'one'));
  joinKept(node, hub.history[0]!);
  const told: boolean[] = [];
  node.store.unheld.onChange = (isAny) => told.push(isAny);
  evictAll(node);
  assert.deepEqual(unheldOf(node.store, 'a'), { type: EntryType.string, hasCounters: false });
  assert.equal(node.store.holdsAll, false);
  hub.run((store) => put(store, 'a', 'two'));
  assert.deepEqual(joinKept(node, hub.history[1]!), [JoinResult.leftOut]);
  assert.ok(!isThere(node.store, 'a'));
  const whole = hub.whole(0, Buffer.from('a'));
  assert.deepEqual(joinKept(node, whole, true), [JoinResult.joined]);
  node.store.holdWhole(0, Buffer.from('a'));
  assert.equal(unheldOf(node.store, 'a'), undefined);
  assert.ok(isThere(node.store, 'a'));
  assert.deepEqual(told, [true, false]);
});

test('what is written here joins as a part, and goes with it only when the keeper has it', () => {
  const node = edge();
  const [own] = [node.store.self];
  const kept = new VersionVector();
  node.store.eviction.kept = () => kept;
  node.run((store) => put(store, 'a', 'one'));
  evictAll(node);
  assert.ok(isThere(node.store, 'a'), 'pending');
  kept.advance(own, stampMax, 0);
  evictAll(node);
  assert.ok(!isThere(node.store, 'a'));
  const other = new TestNode('x');
  other.run((store) => put(store, 'a', 'part'));
  node.reader.open(other.history[0]!, 0, other.history[0]!.length);
  node.reader.next();
  assert.equal(node.store.join(node.reader, new VersionVector()), JoinResult.joined);
  assert.ok(isThere(node.store, 'a'));
  assert.notEqual(unheldOf(node.store, 'a'), undefined);
  evictAll(node);
  assert.ok(isThere(node.store, 'a'), 'of an origin that the keeper lacks');
});

test('a write over a key makes it whole; where counters were in it, a floor is said', () => {
  const node = edge();
  for (const hasCounters of [false, true]) {
    mark(node.store, 'a', hasCounters);
    const floor = hasCounters ? node.store.nextDot() : undefined;
    node.history.length = 0;
    node.run((store) => {
      put(store, 'a', 'new');
      store.holdReplaced(store.keyspace(0), Buffer.from('a'), floor);
    });
    assert.equal(unheldOf(node.store, 'a'), undefined);
    const lines = node.picture();
    assert.equal(
      lines.filter((line) => line.includes('clear')).length,
      hasCounters ? 1 : 0,
      lines.join('\n'),
    );
  }
});

test('a counter that is left out is remembered: what is written over the key must kill it', () => {
  const hub = new TestNode('h');
  const node = edge(mb);
  mark(node.store, 'a');
  hub.run((store) => store.strings.count(store.keyspace(0), Buffer.from('a'), 0, 1, 5));
  assert.deepEqual(joinKept(node, hub.history[0]!), [JoinResult.leftOut]);
  assert.deepEqual(unheldOf(node.store, 'a'), { type: EntryType.string, hasCounters: true });
  for (let i = 0; i < 10_000; i++) mark(node.store, `evicted:${i}`);
  const folded = Array.from({ length: 10_000 }, (_, i) => `evicted:${i}`).find(
    (name) => unheldOf(node.store, name)?.type === unknownType,
  )!;
  assert.equal(unheldOf(node.store, folded)?.hasCounters, false);
  const key = Buffer.from(folded);
  hub.run((store) => store.strings.count(store.keyspace(0), key, 0, key.length, 5));
  assert.deepEqual(joinKept(node, hub.history[1]!), [JoinResult.leftOut]);
  assert.deepEqual(unheldOf(node.store, folded), { type: unknownType, hasCounters: true });
});

test('nothing is unmarked where nothing was put', () => {
  const { store } = edge();
  mark(store, 'a');
  store.holdReplaced(store.keyspace(0), Buffer.from('a'), undefined);
  assert.notEqual(unheldOf(store, 'a'), undefined);
});

test('past the budget marks are folded, parts that are here keep theirs, and no key is forgotten', () => {
  const { store } = edge(mb);
  const part = Buffer.from('part');
  mark(store, 'part');
  store.unheld.keepPart(store.keyspace(0), store.hash.of(part, 0, part.length), part, 0, part.length);
  put(store, 'part', 'x');
  for (let i = 0; i < 10_000; i++) mark(store, `evicted:${i}`, i % 3 === 0);
  assert.ok(store.unheld.isFiltering);
  assert.ok(store.unheld.bytes < mb / 16 + mb / 64, String(store.unheld.bytes));
  for (let i = 0; i < 10_000; i++) {
    const unheld = unheldOf(store, `evicted:${i}`);
    assert.ok(unheld !== undefined);
    if (i % 3 === 0) assert.ok(unheld.hasCounters);
  }
  assert.equal(unheldOf(store, 'part')?.type, EntryType.string);
  // A key that comes back is whole though its bit stays.
  put(store, 'evicted:5', 'back');
  store.holdWhole(0, Buffer.from('evicted:5'));
  assert.equal(unheldOf(store, 'evicted:5'), undefined);
});

test('what the keeper says nobody has is remembered while there is room for it', () => {
  const { store } = edge(mb);
  for (let i = 0; i < 10_000; i++) mark(store, `evicted:${i}`);
  const folded = [...Array(10_000).keys()].filter(
    (i) => unheldOf(store, `evicted:${i}`)?.type === unknownType,
  );
  assert.ok(folded.length > 6000);
  for (const i of folded) store.holdWhole(0, Buffer.from(`evicted:${i}`));
  assert.notEqual(unheldOf(store, `evicted:${folded[0]}`), undefined, 'only so many are remembered');
  assert.equal(unheldOf(store, `evicted:${folded.at(-1)}`), undefined);
  mark(store, `evicted:${folded.at(-1)}`);
  assert.notEqual(unheldOf(store, `evicted:${folded.at(-1)}`), undefined);
});

test('a snapshot holds marks and filters, whatever is folded while it is written', () => {
  const node = edge(mb);
  for (let i = 0; i < 4000; i++) mark(node.store, `evicted:${i}`, i % 5 === 0);
  const fresh = new TestNode('e', { memoryBytes: mb });
  for (const batch of node.scanned(true)) fresh.join(batch, node);
  assert.ok(node.store.unheld.isFiltering);
  for (let i = 0; i < 4000; i++) {
    const unheld = unheldOf(fresh.store, `evicted:${i}`);
    assert.ok(unheld !== undefined);
    if (i % 5 === 0) assert.ok(unheld.hasCounters);
  }
  // What is held is not taken for a part because of a bit that it shares.
  for (let i = 0; i < 500; i++) put(node.store, `evicted:${i}`, 'whole');
  for (let i = 0; i < 500; i++) node.store.holdWhole(0, Buffer.from(`evicted:${i}`));
  const again = new TestNode('e', { memoryBytes: mb });
  for (const batch of node.scanned(true)) again.join(batch, node);
  for (let i = 0; i < 4000; i++) {
    const unheld = unheldOf(again.store, `evicted:${i}`);
    assert.equal(unheld === undefined, i < 500 && isThere(again.store, `evicted:${i}`));
  }
  // To peers it says nothing of them.
  for (const batch of node.scanned(false)) {
    node.reader.open(batch, 0, batch.length);
    while (node.reader.next()) assert.equal(node.reader.kind, DeltaKind.put);
  }
});

test('replay leaves out what was left out, and keeps what was fetched', () => {
  const hub = new TestNode('h');
  const node = edge();
  const journal: Buffer[] = [];
  const record = (run: () => void): void => {
    const recorder = node.store.recorder!;
    recorder.reset();
    run();
    journal.push(Buffer.from(recorder.buf.subarray(0, recorder.pos)));
  };
  hub.run((store) => put(store, 'a', 'one'));
  joinKept(node, hub.history[0]!);
  journal.push(hub.history[0]!);
  record(() => {
    while (node.store.counts().keys > 0 && node.store.eviction.relieve(0));
  });
  hub.run((store) => put(store, 'a', 'two'));
  assert.deepEqual(joinKept(node, hub.history[1]!), [JoinResult.leftOut]);
  record(() => {
    node.store.recordLeftOut(0, Buffer.from('a'));
    node.reader.open(hub.history[1]!, 0, hub.history[1]!.length);
    while (node.reader.next()) copyRecord(node.reader, node.store.recorder!);
  });
  const restart = (): TestNode => {
    const fresh = new TestNode('e');
    for (const batch of journal) {
      fresh.join(batch, node);
      fresh.store.endBlock();
    }
    return fresh;
  };
  const replay = (): Store => restart().store;
  assert.ok(!isThere(replay(), 'a'));
  assert.notEqual(unheldOf(replay(), 'a'), undefined);
  const restarted = restart();
  joinKept(restarted, hub.whole(0, Buffer.from('a')), true);
  assert.ok(isThere(restarted.store, 'a'), 'what comes after a restart is not left out');
  journal.push(hub.whole(0, Buffer.from('a')));
  joinKept(node, journal.at(-1)!, true);
  record(() => node.store.holdWhole(0, Buffer.from('a')));
  assert.ok(isThere(replay(), 'a'));
  assert.equal(unheldOf(replay(), 'a'), undefined);
});

test('an eviction that is replayed over what was written since leaves that as a part', () => {
  const node = edge();
  node.run((store) => put(store, 'a', 'one'));
  node.store.recorder?.reset();
  node.run(() => {
    while (node.store.counts().keys > 0 && node.store.eviction.relieve(0));
  });
  node.run((store) => {
    store.unheld.keepPart(store.keyspace(0), store.hash.of(Buffer.from('a'), 0, 1), Buffer.from('a'), 0, 1);
    put(store, 'a', 'part');
  });
  const fresh = new TestNode('e');
  // As after a snapshot that was taken later than the eviction, whose replay follows.
  fresh.join(node.history.at(-1)!, node);
  fresh.join(node.history.at(-2)!, node);
  assert.ok(isThere(fresh.store, 'a'));
  assert.notEqual(unheldOf(fresh.store, 'a'), undefined);
});

test('a flush that is above all that was evicted forgets it, an older one does not', () => {
  const node = edge();
  const hub = new TestNode('h');
  hub.run((store) => store.flush(store.keyspace(0)));
  mark(node.store, 'a');
  joinKept(node, hub.history[0]!);
  assert.notEqual(unheldOf(node.store, 'a'), undefined);
  node.run((store) => store.flush(store.keyspace(0)));
  assert.equal(unheldOf(node.store, 'a'), undefined);
  assert.ok(node.store.holdsAll);
  while (node.store.freeSlice(100));
  assert.equal(node.store.usedBytes < 200_000, true);
});

test('marks move with compaction', () => {
  const { store } = edge();
  for (let i = 0; i < 3000; i++) mark(store, `evicted:${i}`);
  for (let i = 0; i < 3000; i++) if (i % 4 !== 0) store.holdWhole(0, Buffer.from(`evicted:${i}`));
  store.ground.starved = true;
  while (store.compactSlice());
  for (let i = 0; i < 3000; i++) assert.equal(unheldOf(store, `evicted:${i}`) !== undefined, i % 4 === 0);
});
