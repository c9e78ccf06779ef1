import assert from 'node:assert/strict';
import { test } from 'node:test';
import { CommandNode } from '../harness.ts';

test('takes the deadline away', () => {
  const node = new CommandNode();
  assert.equal(node.run('PERSIST k'), 0);
  assert.equal(node.run('SET k v PX 100'), 'OK');
  assert.equal(node.run('PERSIST k'), 1);
  assert.equal(node.run('PERSIST k'), 0);
  assert.equal(node.run('TTL k'), -1);
  node.advance(100);
  assert.equal(node.run('GET k'), 'v');
  assert.equal(node.run('INCR c'), 1);
  assert.equal(node.run('EXPIRE c 5'), 1);
  assert.equal(node.run('PERSIST c'), 1);
  assert.equal(node.run('INCR c'), 2);
  assert.equal(node.run('TTL c'), -1);
});
