import assert from 'node:assert/strict';
import { test } from 'node:test';
import { CommandNode } from '../harness.ts';

test('tells whether a member is there', () => {
  const node = new CommandNode();
  node.run('SADD s a');
  assert.equal(node.run('SISMEMBER s a'), 1);
  assert.equal(node.run('SISMEMBER s b'), 0);
  assert.equal(node.run('SISMEMBER none b'), 0);
});
