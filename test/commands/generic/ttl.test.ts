import assert from 'node:assert/strict';
import { test } from 'node:test';
import { CommandNode } from '../harness.ts';

test('the time left in seconds, rounded, and in milliseconds', () => {
  const node = new CommandNode();
  assert.equal(node.run('TTL k'), -2);
  assert.equal(node.run('PTTL k'), -2);
  assert.equal(node.run('SET k v'), 'OK');
  assert.equal(node.run('TTL k'), -1);
  assert.equal(node.run('PTTL k'), -1);
  assert.equal(node.run('PEXPIRE k 1600'), 1);
  assert.equal(node.run('TTL k'), 2);
  assert.equal(node.run('PTTL k'), 1600);
  node.advance(200);
  assert.equal(node.run('TTL k'), 1);
  assert.equal(node.run('PTTL k'), 1400);
  node.advance(1400);
  assert.equal(node.run('TTL k'), -2);
});
