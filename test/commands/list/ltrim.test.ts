import assert from 'node:assert/strict';
import { test } from 'node:test';
import { CommandNode } from '../harness.ts';

test('keeps what lies between two indexes', () => {
  const node = new CommandNode();
  assert.equal(node.run('RPUSH l a b c d e'), 5);
  assert.equal(node.run('LTRIM l 1 -2'), 'OK');
  assert.deepEqual(node.run('LRANGE l 0 -1'), ['b', 'c', 'd']);
  assert.equal(node.run('LTRIM l 0 100'), 'OK');
  assert.equal(node.run('LLEN l'), 3);
  assert.equal(node.run('LTRIM l 2 1'), 'OK');
  assert.equal(node.run('EXISTS l'), 0);
  assert.equal(node.run('LTRIM none 0 1'), 'OK');
  assert.equal(node.run('LTRIM none x 1'), '-ERR value is not an integer or out of range');
  assert.equal(node.run('SET s v'), 'OK');
  assert.equal(node.run('LTRIM s 0 1'), '-WRONGTYPE Operation against a key holding the wrong kind of value');
});

test('cuts a large list down', () => {
  const node = new CommandNode();
  for (let i = 0; i < 3000; i++) assert.equal(node.run(`RPUSH big v${i}`), i + 1);
  assert.equal(node.run('LTRIM big 1000 1004'), 'OK');
  assert.deepEqual(node.run('LRANGE big 0 -1'), ['v1000', 'v1001', 'v1002', 'v1003', 'v1004']);
});
