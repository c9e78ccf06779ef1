import assert from 'node:assert/strict';
import { test } from 'node:test';
import { CommandNode } from '../harness.ts';

test('tells it of each', () => {
  const node = new CommandNode();
  node.run('SADD s a b');
  assert.deepEqual(node.run('SMISMEMBER s b x a'), [1, 0, 1]);
  assert.deepEqual(node.run('SMISMEMBER none b'), [0]);
});
