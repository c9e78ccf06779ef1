import assert from 'node:assert/strict';
import { test } from 'node:test';
import { CommandNode } from '../harness.ts';

test('removes from the front, from the end, or all', () => {
  const node = new CommandNode();
  assert.equal(node.run('RPUSH l a b a c a b'), 6);
  assert.equal(node.run('LREM l 1 a'), 1);
  assert.equal(node.run('LREM l -1 b'), 1);
  assert.deepEqual(node.run('LRANGE l 0 -1'), ['b', 'a', 'c', 'a']);
  assert.equal(node.run('LREM l 0 a'), 2);
  assert.deepEqual(node.run('LRANGE l 0 -1'), ['b', 'c']);
  assert.equal(node.run('LREM l 0 none'), 0);
  assert.equal(node.run('LREM l 5 b'), 1);
  assert.equal(node.run('LREM l -5 c'), 1);
  assert.equal(node.run('EXISTS l'), 0);
  assert.equal(node.run('LREM l 0 a'), 0);
  assert.equal(node.run('LREM l x a'), '-ERR value is not an integer or out of range');
  assert.equal(node.run('SET s v'), 'OK');
  assert.equal(node.run('LREM s 0 a'), '-WRONGTYPE Operation against a key holding the wrong kind of value');
});

test('removes every other element of a large list', () => {
  const node = new CommandNode();
  for (let i = 0; i < 3000; i++) node.run(`RPUSH big ${i % 2 === 0 ? 'even' : i}`);
  assert.equal(node.run('LREM big 0 even'), 1500);
  assert.equal(node.run('LLEN big'), 1500);
  const rest = Array.from({ length: 1500 }, (_, i) => String(2 * i + 1));
  assert.deepEqual(node.run('LRANGE big 0 -1'), rest);
});
