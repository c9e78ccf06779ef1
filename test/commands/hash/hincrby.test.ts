import assert from 'node:assert/strict';
import { test } from 'node:test';
import { CommandNode } from '../harness.ts';

test('counts from zero and on, within 64 bits', () => {
  const node = new CommandNode();
  assert.equal(node.run('HINCRBY h n 5'), 5);
  assert.equal(node.run('HINCRBY h n -7'), -2);
  node.run('HSET h m 9223372036854775800');
  assert.equal(node.run('HINCRBY h m 100'), '-ERR increment or decrement would overflow');
  assert.equal(node.run('HGET h m'), '9223372036854775800');
  node.run('HSET h t x');
  assert.equal(node.run('HINCRBY h t 1'), '-ERR hash value is not an integer');
  assert.equal(node.run('HINCRBY h n x'), '-ERR value is not an integer or out of range');
  assert.equal(node.run('HINCRBY none t x'), '-ERR value is not an integer or out of range');
  assert.equal(node.run('EXISTS none'), 0);
});

test('goes on when the hash has become a table', () => {
  const node = new CommandNode();
  node.run('HINCRBY h n 5');
  for (let i = 0; i < 300; i++) node.call('HSET', 'h', `f${i}`, 'v');
  assert.equal(node.run('HINCRBY h n 5'), 10);
  assert.equal(node.run('HINCRBY h n2 5'), 5);
  assert.equal(node.run('HLEN h'), 302);
});
