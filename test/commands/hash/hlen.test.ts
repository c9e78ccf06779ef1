import assert from 'node:assert/strict';
import { test } from 'node:test';
import { CommandNode } from '../harness.ts';

test('counts the fields', () => {
  const node = new CommandNode();
  assert.equal(node.run('HLEN h'), 0);
  node.run('HSET h a 1 b 2');
  assert.equal(node.run('HLEN h'), 2);
});
