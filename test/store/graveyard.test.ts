import assert from 'node:assert/strict';
import { test } from 'node:test';
import { CommandError } from '../../src/base/errors.ts';
import { CommandNode } from '../commands/harness.ts';

const hourMs = 3_600_000;

function nodeWithDead(live: number, dead: number, memoryBytes = 8 * 1024 * 1024): CommandNode {
  const node = new CommandNode({ memoryBytes });
  node.store.keepDead();
  node.run('HSET hash a 1 b 2');
  node.run('HDEL hash a');
  for (let i = 0; i < live; i++) node.run(`SET live:${i} 1`);
  for (let i = 0; i < dead; i++) {
    node.run(`SET dead:${i} 1`);
    node.run(`DEL dead:${i}`);
  }
  return node;
}

test('however many keys live, each sweep looks at tombstones', () => {
  const sweeps = (live: number): number => {
    const node = nodeWithDead(live, 400);
    const { store } = node;
    assert.equal(store.counts().tombs, 400);
    for (let n = 1; ; n++) {
      store.graveyard.sweep(64, node.nowMs + hourMs);
      if (store.counts().tombs === 0) return n;
    }
  };
  assert.ok(sweeps(5000) <= sweeps(10) + 2);
});

test('what is dead in collections goes beside it, wherever they are among the keys', () => {
  const node = nodeWithDead(3000, 0);
  const { store } = node;
  let dropped = 0;
  for (let n = 0; n < 3000 / 64 + 8; n++) dropped += store.graveyard.sweep(64, node.nowMs + hourMs);
  assert.equal(dropped, 1);
});

test('a write that finds no room takes it from tombstones where they are more than their share', () => {
  const node = nodeWithDead(100, 6000, 2 * 1024 * 1024);
  const { store } = node;
  const { graveyard, ground, arena } = store;
  assert.ok(ground.tombBytes > graveyard.budgetBytes);
  const tombs = store.counts().tombs;
  assert.ok(graveyard.relieve());
  const gone = tombs - store.counts().tombs;
  assert.ok(gone > 0);
  assert.ok(store.horizon.covers(store.self, 1));
  // The next sweep tells of them, though it drops nothing.
  assert.ok(graveyard.sweep(1, 0) >= gone);
  assert.equal(graveyard.sweep(1, 0), 0);
  arena.setLimit(arena.capacityBytes);
  while (graveyard.relieve());
  assert.ok(ground.tombBytes <= graveyard.budgetBytes);
  assert.equal(graveyard.relieve(), false);
});

test('a write is tried again after tombstones made room for it', () => {
  const node = nodeWithDead(0, 6000, 2 * 1024 * 1024);
  const { store } = node;
  const value = Buffer.alloc(1000, 'v');
  const put = (n: number): void => {
    const key = Buffer.from(`key:${n}`);
    store.strings.set(store.keyspace(0), key, 0, key.length, value, 0, value.length, 0);
  };
  let count = 0;
  assert.throws(() => {
    for (; ; count++) put(count);
  }, CommandError);
  assert.ok(store.ground.tombBytes > store.graveyard.budgetBytes);
  const before = store.counts();
  for (let attempt = 0; store.counts().keys === before.keys; attempt++) {
    assert.ok(store.eviction.relieve(attempt));
    try {
      put(count);
    } catch (error) {
      assert.ok(error instanceof CommandError);
    }
  }
  assert.ok(store.counts().tombs < before.tombs);
});
