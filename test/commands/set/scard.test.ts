import assert from 'node:assert/strict';
import { test } from 'node:test';
import { CommandNode } from '../harness.ts';

test('counts members', () => {
  const node = new CommandNode();
  assert.equal(node.run('SCARD s'), 0);
  node.run('SADD s a b c');
  assert.equal(node.run('SCARD s'), 3);
});
