import assert from 'node:assert/strict';
import { test } from 'node:test';
import { CommandNode } from '../harness.ts';

test('returns fields and values, and nothing of what is not there', () => {
  const node = new CommandNode();
  assert.deepEqual(node.run('HGETALL h'), []);
  node.run('HSET h a 1 b 2');
  assert.deepEqual(node.run('HGETALL h'), ['a', '1', 'b', '2']);
  assert.equal(node.run('PEXPIRE h 10'), 1);
  node.advance(20);
  assert.deepEqual(node.run('HGETALL h'), []);
  assert.equal(node.run('HSET h c 3'), 1);
  assert.deepEqual(node.run('HGETALL h'), ['c', '3']);
  assert.equal(node.run('TTL h'), -1);
});

test('copies, renames and moves have what the source had', () => {
  const node = new CommandNode();
  node.run('HSET h a 1 b 2');
  node.run('HINCRBY h n 7');
  node.run('EXPIRE h 100');
  assert.equal(node.run('COPY h copy'), 1);
  assert.deepEqual(node.run('HGETALL copy'), ['a', '1', 'b', '2', 'n', '7']);
  assert.equal(node.run('TTL copy'), 100);
  assert.equal(node.run('RENAME h other'), 'OK');
  assert.deepEqual(node.run('HGETALL other'), ['a', '1', 'b', '2', 'n', '7']);
  assert.equal(node.run('EXISTS h'), 0);
  assert.equal(node.run('MOVE other 3'), 1);
  node.run('SELECT 3');
  assert.deepEqual(node.run('HMGET other a n'), ['1', '7']);
});
