import assert from 'node:assert/strict';
import { test } from 'node:test';
import { CommandError } from '../../src/base/errors.ts';
import type { Store } from '../../src/store/store.ts';
import { TestNode } from './fleet.ts';
import { buildMs } from './new-store.ts';

function set(store: Store, key: string, value: string, deadlineMs = 0): void {
  const k = Buffer.from(key);
  const v = Buffer.from(value);
  store.strings.set(store.keyspace(0), k, 0, k.length, v, 0, v.length, deadlineMs);
}

function get(store: Store, key: string): string | undefined {
  const k = Buffer.from(key);
  const at = store.find(store.keyspace(0), store.hash.of(k, 0, k.length), k, 0, k.length);
  return at === 0 ? undefined : store.strings.copy(at).toString();
}

test('at the limit writes are refused, nothing is half done, deletes work and make room', () => {
  const { store } = new TestNode('n1', { memoryBytes: 2 * 1024 * 1024, keepsDead: false });
  let written = 0;
  assert.throws(() => {
    for (; ; written++) set(store, `key:${written}`, 'v'.repeat(500));
  }, new CommandError("OOM command not allowed when used memory > 'maxmemory'."));
  assert.ok(store.usedBytes <= store.limitBytes);
  assert.equal(get(store, `key:${written}`), undefined);
  for (let n = 0; n < written; n++) assert.equal(get(store, `key:${n}`)?.length, 500);
  for (let n = 0; n < written; n += 2) {
    const k = Buffer.from(`key:${n}`);
    assert.ok(store.remove(store.keyspace(0), k, 0, k.length));
  }
  set(store, 'again', 'v'.repeat(500));
  assert.equal(get(store, 'again')?.length, 500);
});

test('with peers deletes work at the limit too, though each leaves a tombstone', () => {
  const { store } = new TestNode('n1', { memoryBytes: 2 * 1024 * 1024 });
  let written = 0;
  assert.throws(() => {
    for (; ; written++) set(store, `key:${written}`, 'v'.repeat(20));
  }, CommandError);
  for (let n = 0; n < Math.min(written, 1000); n++) {
    const k = Buffer.from(`key:${n}`);
    assert.ok(store.remove(store.keyspace(0), k, 0, k.length));
  }
});

test('an expired key is absent at once and purged by a sweep', () => {
  const node = new TestNode('n1', { keepsDead: false });
  const { store } = node;
  for (let n = 0; n < 1000; n++) set(store, `key:${n}`, 'v', buildMs + 1000 + n);
  set(store, 'stays', 'v');
  node.setTime(buildMs + 1500);
  assert.equal(get(store, 'key:10'), undefined);
  assert.equal(get(store, 'key:900'), 'v');
  while (store.expireSlice(100) > 0);
  assert.equal(store.keyspace(0).table.size, 500);
  node.setTime(buildMs + 5000);
  while (store.expireSlice(100) > 0);
  assert.equal(store.keyspace(0).table.size, 1);
  assert.equal(store.expiredCount, 1000);
});

test('a list that comes back from the dead is swept at the deadline that it had', () => {
  const [node, other] = [new TestNode('n1'), new TestNode('n2')];
  const { store } = node;
  const ks = store.keyspace(0);
  const key = Buffer.from('list');
  const hash = store.hash.of(key, 0, key.length);
  const push = (of: Store): void => {
    of.lists.open(of.keyspace(0), key, 0, key.length);
    of.lists.pushTexts(['a']);
  };
  node.run(push);
  node.run(() => store.expireAt(ks, hash, ks.entryOf(hash, key, 0, key.length), buildMs + 60_000));
  node.run(() => {
    store.lists.open(ks, key, 0, key.length);
    store.lists.trim(1, 0);
  });
  for (let n = 0; n < 3; n++) {
    set(store, 'soon', 'v', buildMs + n * 1000 + 500);
    node.setTime(buildMs + n * 1000 + 1000);
    while (store.expireSlice(100) > 0);
  }
  assert.equal(ks.table.size, 0);
  other.run(push);
  node.join(other.history[0]!, other);
  assert.equal(ks.table.size, 1);
  node.setTime(buildMs + 61_000);
  while (store.expireSlice(100) > 0);
  assert.equal(ks.table.size, 0);
});

test('a flush is one delta and its memory comes back in slices', () => {
  const node = new TestNode('n1', { keepsDead: false, memoryBytes: 1024 * 1024 });
  const { store } = node;
  for (let n = 0; n < 5000; n++) set(store, `key:${n}`, 'v'.repeat(30));
  const before = store.arena.usedBytes;
  node.run(() => store.flush(store.keyspace(0)));
  assert.equal(node.history.length, 1);
  assert.ok(node.history[0]!.length < 64);
  assert.equal(store.keyspace(0).table.size, 0);
  set(store, 'new', '1');
  let slices = 0;
  while (store.freeSlice(4)) slices += 1;
  assert.ok(slices > 2);
  assert.ok(store.arena.usedBytes < before / 10);
  assert.equal(get(store, 'new'), '1');
});

test('what a flush left is there at once for a write that finds no room', () => {
  const node = new TestNode('n1', { keepsDead: false, memoryBytes: 1024 * 1024 });
  const { store } = node;
  for (let round = 0; round < 3; round++) {
    let n = 0;
    assert.throws(() => {
      for (; ; n++) set(store, `key:${n}`, 'v'.repeat(n % 9 === 0 ? 20_000 : 300));
    }, /OOM/);
    assert.ok(n > 200);
    store.flush(store.keyspace(0));
  }
  assert.ok(store.pendingFreeCount > 0);
});

test('databases can be swapped, and the swap is known by its deltas', () => {
  const a = new TestNode('n1');
  const b = new TestNode('n2');
  a.run((store) => set(store, 'k', 'zero'));
  a.run((store) => store.swap(0, 3));
  for (const batch of a.history) b.join(batch, a);
  for (const { store } of [a, b]) {
    assert.equal(get(store, 'k'), undefined);
    assert.equal(store.keyspace(3).table.size, 1);
  }
});

test('limits on keys and sizes hold for local writes', () => {
  const { store } = new TestNode('n1');
  store.limits = { keysMax: 2, keyBytesMax: 8, valueBytesMax: 4 };
  set(store, 'a', '1');
  set(store, 'b', '1');
  set(store, 'b', '2');
  assert.throws(() => set(store, 'c', '1'), /OOM key limit of 2 keys/);
  assert.throws(() => set(store, 'a', '12345'), /value exceeds the limit of 4 bytes/);
  assert.throws(() => set(store, 'a-long-key', '1'), /key exceeds the limit of 8 bytes/);
});

test('memory that one size class left serves another after compaction', () => {
  const { store } = new TestNode('n1', { memoryBytes: 2 * 1024 * 1024, keepsDead: false });
  let written = 0;
  assert.throws(() => {
    for (; ; written++) set(store, `small:${written}`, 'v'.repeat(20));
  }, CommandError);
  const kept: number[] = [];
  for (let n = 0; n < written; n++) {
    const k = Buffer.from(`small:${n}`);
    if (n % 8 === 0) kept.push(n);
    else store.remove(store.keyspace(0), k, 0, k.length);
  }
  const fillWithLarge = (from: number): number => {
    let n = from;
    try {
      for (; ; n++) set(store, `large:${n}`, 'w'.repeat(900));
    } catch {
      return n;
    }
  };
  const before = fillWithLarge(0);
  for (let n = 0; n < 1000 && store.compactSlice(); n++);
  const after = fillWithLarge(before);
  assert.ok(after > before + 500, `${before} large values before, ${after} after`);
  for (const n of kept) assert.equal(get(store, `small:${n}`)?.length, 20);
  for (let n = 0; n < after; n++) assert.equal(get(store, `large:${n}`)?.length, 900);
});

test('a deadline for which there is no memory is refused and never recorded', () => {
  const { store } = new TestNode('n1', { memoryBytes: 1024 * 1024, keepsDead: false });
  let written = 0;
  assert.throws(() => {
    for (; ; written++) set(store, `key:${written}`, 'v'.repeat(480));
  }, CommandError);
  let refused = 0;
  for (let n = 0; n < written; n++) {
    const k = Buffer.from(`key:${n}`);
    const hash = store.hash.of(k, 0, k.length);
    const at = store.find(store.keyspace(0), hash, k, 0, k.length);
    const before = store.recorder?.count ?? 0;
    try {
      store.expireAt(store.keyspace(0), hash, at, buildMs + 1e9);
    } catch (error) {
      assert.ok(error instanceof CommandError);
      assert.equal(store.recorder?.count, before);
      refused += 1;
    }
  }
  assert.ok(refused > 0);
});

test('a scan of a counter with a deadline, joined where nothing dead is remembered, keeps the deadline', () => {
  const node = new TestNode('n1', { keepsDead: false });
  const { store } = node;
  const key = Buffer.from('c');
  const ks = store.keyspace(0);
  store.strings.count(ks, key, 0, 1, 1);
  const hash = store.hash.of(key, 0, 1);
  store.expireAt(ks, hash, store.find(ks, hash, key, 0, 1), buildMs + 1000);
  const copy = new TestNode('n2', { keepsDead: false });
  copy.join(node.whole(0, key), node);
  assert.deepEqual(copy.visible(), node.visible());
  assert.match(Object.values(copy.visible())[0]!, /until [1-9]/);
});

test('only an empty store takes the seed of another, and then scans in the same order', () => {
  const origin = new TestNode('a');
  origin.store.adoptSeed([77, 88]);
  for (let n = 0; n < 2000; n++) origin.run((store) => set(store, `key:${n}`, 'v'));
  const hashes = ({ store }: TestNode): number[] => {
    const found: number[] = [];
    const { arena, entries } = store;
    for (let cursor = 0, more = true; more; more = cursor !== 0) {
      cursor = store.keyspace(0).scan(cursor, 1, (at) => {
        found.push(origin.store.hash.of(arena.u8, entries.keyOffset(at), entries.keyLength(at)) >>> 29);
      });
    }
    return found;
  };
  const copy = new TestNode('b');
  copy.store.adoptSeed(origin.store.scanSeed());
  copy.store.expect(2000);
  for (let n = 0; n < 2000; n++) copy.run((store) => set(store, `key:${n}`, 'v'));
  assert.equal(hashes(copy).length, 2000);
  assert.deepEqual(
    hashes(copy).toSorted((a, b) => a - b),
    hashes(copy),
  );
  assert.deepEqual(hashes(copy), hashes(origin));
  copy.store.adoptSeed([1, 1]);
  assert.deepEqual(copy.store.scanSeed(), [77, 88]);
});
