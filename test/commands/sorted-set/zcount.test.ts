import assert from 'node:assert/strict';
import { test } from 'node:test';
import { CommandNode } from '../harness.ts';

test('counts a range of scores', () => {
  const node = new CommandNode();
  assert.deepEqual(node.run('ZADD z 1 a 2 b 2 c 3 d'), 4);
  assert.deepEqual(node.run('ZCOUNT z 2 2'), 2);
  assert.deepEqual(node.run('ZCOUNT z (2 +inf'), 1);
  assert.deepEqual(node.run('ZCOUNT z 3 1'), 0);
  assert.deepEqual(node.run('ZCOUNT no 0 1'), 0);
  assert.deepEqual(node.run('ZCOUNT z x 1'), '-ERR min or max is not a float');
});
