import assert from 'node:assert/strict';
import { test } from 'node:test';
import { stampMax } from '../../src/base/clock.ts';
import { CommandError } from '../../src/base/errors.ts';
import { VersionVector } from '../../src/delta/vector.ts';
import { type EvictionPolicy, evictionPolicies } from '../../src/store/eviction.ts';
import { JoinResult } from '../../src/store/join-result.ts';
import type { Store } from '../../src/store/store.ts';
import { TestNode } from './fleet.ts';
import { buildMs } from './new-store.ts';

function put(store: Store, name: string, value: Buffer, deadlineMs = 0): void {
  const key = Buffer.from(name);
  store.strings.set(store.keyspace(0), key, 0, key.length, value, 0, value.length, deadlineMs);
}

function entryOf(store: Store, name: string): number {
  const key = Buffer.from(name);
  return store.find(store.keyspace(0), store.hash.of(key, 0, key.length), key, 0, key.length);
}

/** A put as dispatch runs it: keys are evicted until it fits. */
function putWithRelief(store: Store, name: string, value: Buffer, deadlineMs = 0): void {
  for (let attempt = 0; ; attempt++) {
    try {
      put(store, name, value, deadlineMs);
      return;
    } catch (error) {
      if (!(error instanceof CommandError) || !store.eviction.relieve(attempt)) throw error;
    }
  }
}

const mb = 1024 * 1024;

function newNode(policy: EvictionPolicy, keepsDead = false): TestNode {
  const node = new TestNode('a', { memoryBytes: 2 * mb, keepsDead });
  node.store.eviction.policy = policy;
  node.store.recorder?.reset();
  return node;
}

for (const policy of evictionPolicies.filter((p) => p !== 'noeviction')) {
  test(`${policy} makes room for writes without end`, () => {
    const { store } = newNode(policy);
    const value = Buffer.alloc(300, 1);
    for (let i = 0; i < 20_000; i++) {
      store.recorder?.reset();
      putWithRelief(store, `key:${i}`, value, buildMs + 1e9 + i);
    }
    assert.ok(store.usedBytes <= store.limitBytes + 65_536);
    assert.ok(store.eviction.evictedCount > 10_000);
    // What is left is as much as fits, not less.
    assert.ok(store.counts().keys * 336 > 1.2 * mb, String(store.counts().keys));
  });
}

test('noeviction refuses, and volatile policies spare keys without a deadline', () => {
  for (const policy of ['noeviction', 'volatile-lru', 'volatile-random', 'volatile-ttl'] as const) {
    const { store } = newNode(policy);
    assert.throws(() => {
      for (let i = 0; i < 20_000; i++) putWithRelief(store, `key:${i}`, Buffer.alloc(300));
    }, /OOM/);
    assert.equal(store.eviction.evictedCount, 0);
  }
});

test('expired keys go before any other', () => {
  const node = newNode('allkeys-lru');
  const { store } = node;
  for (let i = 0; i < 2000; i++) put(store, `old:${i}`, Buffer.alloc(500), buildMs + 1000);
  for (let i = 0; i < 1000; i++) put(store, `kept:${i}`, Buffer.alloc(500));
  node.setTime(buildMs + 2000);
  for (let i = 0; i < 2000; i++) putWithRelief(store, `new:${i}`, Buffer.alloc(500));
  assert.equal(store.eviction.evictedCount, 0);
  assert.ok(store.expiredCount > 1000);
});

test('LRU lets go of what was used longest ago, LFU of what was used least, ttl of what ends soonest', () => {
  const survivors = (policy: EvictionPolicy): number => {
    const node = newNode(policy);
    const { store } = node;
    store.eviction.samples = 10;
    const value = Buffer.alloc(400);
    for (let i = 0; i < 4000; i++) {
      node.setTime(buildMs + i * 1000);
      store.ground.access = policy.endsWith('lfu')
        ? (i >> 6) << 8
        : Math.floor((buildMs + i * 1000) / 1000) & 0xffffff;
      put(store, `key:${i}`, value, buildMs + 1e10 - i * 1000);
    }
    // The even half is used again, often, and lives longer.
    for (let round = 0; round < 30; round++) {
      for (let i = 0; i < 4000; i += 2) store.touch(entryOf(store, `key:${i}`));
    }
    for (let i = 0; i < 4000; i += 2) {
      const at = entryOf(store, `key:${i}`);
      if (policy === 'volatile-ttl')
        store.entries.setExpiry(at, buildMs + 2e10, store.self, store.entries.stamp(at));
    }
    for (let i = 0; i < 1500; i++) putWithRelief(store, `new:${i}`, value, buildMs + 3e10);
    const alive = [0, 0];
    for (let i = 0; i < 4000; i++) if (entryOf(store, `key:${i}`) !== 0) alive[i % 2]! += 1;
    return alive[0]! / (alive[0]! + alive[1]!);
  };
  assert.ok(survivors('allkeys-lru') > 0.55);
  assert.ok(survivors('allkeys-lfu') > 0.55);
  assert.ok(survivors('volatile-ttl') > 0.55);
});

test('with peers, only plain values that were acknowledged go, and no trace of them travels', () => {
  const node = newNode('allkeys-random', true);
  const { store } = node;
  const acked = new Set<number>();
  store.eviction.isAcknowledged = (_origin, stamp) => acked.has(stamp);
  for (let i = 0; i < 1000; i++) {
    node.run(() => put(store, `key:${i}`, Buffer.alloc(300)));
    if (i % 2 === 0) acked.add(store.clock.last());
  }
  const counter = Buffer.from('counter');
  node.run(() => store.strings.count(store.keyspace(0), counter, 0, counter.length, 5));
  acked.add(store.clock.last());
  const recorded = store.recorder?.count;
  while (store.eviction.relieve(0));
  assert.equal(store.counts().keys, 501);
  assert.equal(store.counts().tombs, 0);
  assert.notEqual(entryOf(store, 'counter'), 0);
  assert.notEqual(store.recorder?.count, recorded);
  assert.ok(node.picture().every((line) => !line.includes('clear')));
});

test('an eviction is replayed, unless the key was written again', () => {
  const node = newNode('allkeys-random');
  const { store } = node;
  node.run(() => put(store, 'a', Buffer.from('1')));
  node.run(() => store.eviction.relieve(0));
  assert.equal(entryOf(store, 'a'), 0);
  node.run(() => put(store, 'a', Buffer.from('2')));
  const fresh = new TestNode('b', { keepsDead: false });
  fresh.join(node.history[0]!, node);
  fresh.join(node.history[1]!, node);
  assert.equal(entryOf(fresh.store, 'a'), 0);
  fresh.join(node.history[2]!, node);
  fresh.join(node.history[1]!, node);
  assert.equal(fresh.store.strings.copy(entryOf(fresh.store, 'a')).toString(), '2');
});

test('where nobody keeps what goes, a join makes no room against the policy', () => {
  const from = new TestNode('a', { memoryBytes: 8 * mb });
  const to = new TestNode('b', { memoryBytes: 2 * mb });
  to.store.eviction.isAcknowledged = () => true;
  let isFull = false;
  for (let i = 0; i < 10_000 && !isFull; i++) {
    from.run(() => put(from.store, `key:${i}`, Buffer.alloc(300)));
    to.reader.open(from.history[i]!, 0, from.history[i]!.length);
    to.reader.next();
    isFull = to.store.join(to.reader, undefined) === JoinResult.full;
  }
  assert.ok(isFull);
  assert.equal(to.store.eviction.evictedCount, 0);
});

test('where somebody does, a join makes room whatever the policy', () => {
  const from = new TestNode('a', { memoryBytes: 8 * mb });
  const to = new TestNode('b', { memoryBytes: 2 * mb });
  const kept = new VersionVector();
  kept.advance(to.store.origins.intern('a/00000001'), stampMax, 0);
  to.store.eviction.kept = () => kept;
  for (let i = 0; i < 10_000; i++) {
    from.run(() => put(from.store, `key:${i}`, Buffer.alloc(300)));
    to.store.recorder?.reset();
    to.reader.open(from.history[i]!, 0, from.history[i]!.length);
    to.reader.next();
    assert.equal(to.store.join(to.reader, undefined), JoinResult.joined);
  }
  assert.ok(to.store.eviction.evictedCount > 0);
});

test('a limit that is lowered is kept', () => {
  const { store } = newNode('allkeys-lru');
  for (let i = 0; i < 3000; i++) put(store, `key:${i}`, Buffer.alloc(300));
  store.arena.setLimit(500_000);
  while (store.eviction.enforce(64));
  assert.ok(store.usedBytes <= 500_000 + 65_536);
  assert.ok(store.counts().keys > 1000);
});
