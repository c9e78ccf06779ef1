import assert from 'node:assert/strict';
import { test } from 'node:test';
import { CommandNode } from '../harness.ts';

test('stores what is combined, also over one of the inputs', () => {
  const node = new CommandNode();
  assert.deepEqual(node.run('ZADD a 1 x 2 y'), 2);
  assert.deepEqual(node.run('ZADD b 10 y 20 z'), 2);
  assert.deepEqual(node.run('ZUNIONSTORE a 2 a b'), 3);
  assert.deepEqual(node.run('ZRANGE a 0 -1 WITHSCORES'), ['x', '1', 'y', '12', 'z', '20']);
  assert.deepEqual(node.run('ZINTERSTORE c 2 a b AGGREGATE MAX'), 2);
  assert.deepEqual(node.run('ZRANGE c 0 -1 WITHSCORES'), ['y', '12', 'z', '20']);
  assert.deepEqual(node.run('ZDIFFSTORE c 2 b a'), 0);
  assert.deepEqual(node.run('EXISTS c'), 0);
  assert.deepEqual(node.run('ZUNIONSTORE c 1 a WITHSCORES'), '-ERR syntax error');
});
