import assert from 'node:assert/strict';
import { test } from 'node:test';
import { CommandNode } from '../harness.ts';

test('gives an element a new value, shorter or longer', () => {
  const node = new CommandNode();
  assert.equal(node.run('RPUSH l a b c'), 3);
  assert.equal(node.run('LSET l 1 longer'), 'OK');
  assert.equal(node.run('LSET l -1 7'), 'OK');
  assert.deepEqual(node.run('LRANGE l 0 -1'), ['a', 'longer', '7']);
  const large = 'x'.repeat(10_000);
  assert.equal(node.run(`LSET l 0 ${large}`), 'OK');
  assert.deepEqual(node.run('LRANGE l 0 -1'), [large, 'longer', '7']);
});

test('tells what cannot be set', () => {
  const node = new CommandNode();
  assert.equal(node.run('LSET none 0 a'), '-ERR no such key');
  assert.equal(node.run('LSET none x a'), '-ERR no such key');
  assert.equal(node.run('RPUSH l a'), 1);
  assert.equal(node.run('LSET l 1 b'), '-ERR index out of range');
  assert.equal(node.run('LSET l -2 b'), '-ERR index out of range');
  assert.equal(node.run('LSET l x b'), '-ERR value is not an integer or out of range');
  assert.equal(node.run('SET s v'), 'OK');
  assert.equal(node.run('LSET s 0 a'), '-WRONGTYPE Operation against a key holding the wrong kind of value');
});
