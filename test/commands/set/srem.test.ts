import assert from 'node:assert/strict';
import { test } from 'node:test';
import { CommandNode } from '../harness.ts';

test('removes members, and the key with the last one', () => {
  const node = new CommandNode();
  node.run('SADD s a b c');
  assert.equal(node.run('SREM s a x'), 1);
  assert.equal(node.run('SREM s b c d'), 2);
  assert.equal(node.run('EXISTS s'), 0);
});
