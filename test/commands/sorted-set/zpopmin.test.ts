import assert from 'node:assert/strict';
import { test } from 'node:test';
import { CommandNode } from '../harness.ts';

test('takes from either end', () => {
  const node = new CommandNode();
  assert.deepEqual(node.run('ZADD z 1 a 2 b 3 c 4 d'), 4);
  assert.deepEqual(node.run('ZPOPMIN z'), ['a', '1']);
  assert.deepEqual(node.run('ZPOPMAX z 2'), ['d', '4', 'c', '3']);
  assert.deepEqual(node.run('ZPOPMIN z 0'), []);
  assert.deepEqual(node.run('ZPOPMIN z -1'), '-ERR value is out of range, must be positive');
  assert.deepEqual(node.run('ZPOPMIN z 9'), ['b', '2']);
  assert.deepEqual(node.run('EXISTS z'), 0);
  assert.deepEqual(node.run('ZPOPMAX z'), []);
  assert.deepEqual(node.run('ZPOPMIN z 1 2'), '-ERR syntax error');
});
