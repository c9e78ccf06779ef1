import assert from 'node:assert/strict';
import { test } from 'node:test';
import { CommandNode } from '../harness.ts';

test('counts a range of members', () => {
  const node = new CommandNode();
  assert.deepEqual(node.run('ZADD z 0 a 0 b 0 c'), 3);
  assert.deepEqual(node.run('ZLEXCOUNT z - +'), 3);
  assert.deepEqual(node.run('ZLEXCOUNT z (a [b'), 1);
  assert.deepEqual(node.run('ZLEXCOUNT z + -'), 0);
  assert.deepEqual(node.run('ZLEXCOUNT z a b'), '-ERR min or max not valid string range item');
});
