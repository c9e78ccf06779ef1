import assert from 'node:assert/strict';
import { test } from 'node:test';
import { CommandNode } from '../harness.ts';

test('counts each key as often as it is named', () => {
  const node = new CommandNode();
  assert.equal(node.run('MSET a 1 b 2'), 'OK');
  assert.equal(node.run('EXISTS a b a missing'), 3);
  assert.equal(node.run('EXISTS missing'), 0);
  assert.equal(node.run('SET k v PX 10'), 'OK');
  node.advance(10);
  assert.equal(node.run('EXISTS k'), 0);
  assert.equal(node.run('EXISTS'), "-ERR wrong number of arguments for 'exists' command");
});

test('takes note of hits and misses', () => {
  const node = new CommandNode();
  node.run('SET a 1');
  node.run('EXISTS a b a');
  assert.equal(node.services.stats.hits, 2);
  assert.equal(node.services.stats.misses, 1);
});
