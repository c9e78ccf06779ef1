import assert from 'node:assert/strict';
import { test } from 'node:test';
import { RetiredTables } from '../../src/store/retired-tables.ts';
import { CommandNode } from '../commands/harness.ts';

test('all that tables out of use hold comes back in slices, what their entries name included', () => {
  const node = new CommandNode({ memoryBytes: 8 * 1024 * 1024 });
  const { store } = node;
  store.keepDead();
  for (let i = 0; i < 2000; i++) node.run(`SET key:${i} value`);
  for (let i = 0; i < 100; i++) node.run(`DEL key:${i}`);
  const many = Array.from({ length: 600 }, (_, i) => i);
  node.run(`HSET hash ${many.map((i) => `f${i} v`).join(' ')}`);
  node.run(`ZADD zset ${many.map((i) => `${i} m${i}`).join(' ')}`);
  node.run(`RPUSH list ${many.map((i) => `element:${i}`).join(' ')}`);
  node.run('XADD stream 1-1 f v');
  node.run('XGROUP CREATE stream g 0');
  const retired = new RetiredTables(store);
  const ks = store.keyspace(0);
  assert.ok(store.ground.tombBytes > 0);
  retired.add(ks);
  ks.renewTable();
  assert.equal(retired.entryCount, 2004);
  assert.ok(retired.isAny && retired.hasTables);
  let slices = 1;
  for (let before = retired.entryCount; retired.freeSlice(1); slices++) {
    assert.ok(retired.entryCount <= before);
    before = retired.entryCount;
  }
  assert.ok(slices > 5, `${slices}`);
  assert.ok(!retired.isAny);
  // The elements of hash and sorted set were handed on to the store's own.
  while (store.freeSlice(1));
  assert.equal(store.arena.liveBytes, 0);
  assert.equal(store.ground.tombBytes, 0);
});
