import assert from 'node:assert/strict';
import { test } from 'node:test';
import { CommandNode } from '../harness.ts';

test('sets once', () => {
  const node = new CommandNode();
  assert.equal(node.run('SETNX k v'), 1);
  assert.equal(node.run('SETNX k w'), 0);
  assert.equal(node.run('GET k'), 'v');
  assert.equal(node.run('SET k v PX 10'), 'OK');
  node.advance(10);
  assert.equal(node.run('SETNX k w'), 1);
  assert.equal(node.run('GET k'), 'w');
  assert.equal(node.run('TTL k'), -1);
});
