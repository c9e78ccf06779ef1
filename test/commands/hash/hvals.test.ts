import assert from 'node:assert/strict';
import { test } from 'node:test';
import { CommandNode } from '../harness.ts';

test('returns the values', () => {
  const node = new CommandNode();
  node.run('HSET h a 1 b 2');
  assert.deepEqual(node.run('HVALS h'), ['1', '2']);
  assert.deepEqual(node.run('HVALS none'), []);
});
