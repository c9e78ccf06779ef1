import assert from 'node:assert/strict';
import { test } from 'node:test';
import { CommandNode } from '../harness.ts';

test('returns all members', () => {
  const node = new CommandNode();
  assert.deepEqual(node.run('SMEMBERS s'), []);
  node.run('SADD s a b');
  assert.deepEqual(node.run('SMEMBERS s'), ['a', 'b']);
});
