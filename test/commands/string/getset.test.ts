import assert from 'node:assert/strict';
import { test } from 'node:test';
import { CommandNode } from '../harness.ts';

test('returns the old value and drops the deadline', () => {
  const node = new CommandNode();
  assert.equal(node.run('GETSET k a'), null);
  assert.equal(node.run('EXPIRE k 100'), 1);
  assert.equal(node.run('GETSET k b'), 'a');
  assert.equal(node.run('TTL k'), -1);
  assert.equal(node.run('GET k'), 'b');
  assert.equal(node.run('GETSET k'), "-ERR wrong number of arguments for 'getset' command");
});
