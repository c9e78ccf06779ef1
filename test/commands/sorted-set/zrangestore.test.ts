import assert from 'node:assert/strict';
import { test } from 'node:test';
import { CommandNode } from '../harness.ts';

test('stores a range in place of what was there', () => {
  const node = new CommandNode();
  assert.deepEqual(node.run('ZADD z 1 a 2 b 3 c'), 3);
  assert.deepEqual(node.run('SET d v'), 'OK');
  assert.deepEqual(node.run('ZRANGESTORE d z 1 -1'), 2);
  assert.deepEqual(node.run('ZRANGE d 0 -1 WITHSCORES'), ['b', '2', 'c', '3']);
  assert.deepEqual(node.run('ZRANGESTORE z z 3 1 BYSCORE REV LIMIT 0 1'), 1);
  assert.deepEqual(node.run('ZRANGE z 0 -1'), ['c']);
  assert.deepEqual(node.run('ZRANGESTORE d no 0 -1'), 0);
  assert.deepEqual(node.run('EXISTS d'), 0);
  assert.deepEqual(node.run('ZRANGESTORE d z 0 -1 WITHSCORES'), '-ERR syntax error');
});
