import assert from 'node:assert/strict';
import { test } from 'node:test';
import { CommandNode } from '../harness.ts';

test('sets a field once', () => {
  const node = new CommandNode();
  assert.equal(node.run('HSETNX h a 1'), 1);
  assert.equal(node.run('HSETNX h a 2'), 0);
  assert.equal(node.run('HGET h a'), '1');
});
