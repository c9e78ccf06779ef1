import assert from 'node:assert/strict';
import { test } from 'node:test';
import { CommandNode } from '../harness.ts';

test('removes what exists and counts it', () => {
  const node = new CommandNode();
  assert.equal(node.run('MSET a 1 b 2 c 3'), 'OK');
  assert.equal(node.run('DEL a b a missing'), 2);
  assert.equal(node.run('EXISTS a b c'), 1);
  assert.equal(node.run('UNLINK c c'), 1);
  assert.equal(node.run('DBSIZE'), 0);
  assert.equal(node.run('SET k v PX 10'), 'OK');
  node.advance(10);
  assert.equal(node.run('DEL k'), 0);
  assert.equal(node.run('DEL'), "-ERR wrong number of arguments for 'del' command");
  assert.equal(node.run('UNLINK'), "-ERR wrong number of arguments for 'unlink' command");
});

test('frees memory even where it is full', () => {
  const node = new CommandNode({ memoryBytes: 1024 * 1024 });
  node.store.keepDead();
  let n = 0;
  while (node.call('SET', `k${n}`, 'x'.repeat(1000)) === 'OK') n += 1;
  for (let i = 0; i < n; i++) assert.equal(node.call('DEL', `k${i}`), 1);
  assert.equal(node.run('DBSIZE'), 0);
  assert.equal(node.run('SET k v'), 'OK');
});

test('UNLINK counts what is large as freed later', () => {
  const node = new CommandNode();
  const names = Array.from({ length: 1000 }, (_, i) => `n${i}`);
  node.call('SADD', 's', ...names);
  node.run('SADD small a b');
  node.run('SET k v');
  assert.equal(node.run('UNLINK s small k missing'), 3);
  assert.equal(node.store.lazyFreedCount, 1);
});
