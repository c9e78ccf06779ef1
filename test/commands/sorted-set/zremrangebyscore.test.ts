import assert from 'node:assert/strict';
import { test } from 'node:test';
import { CommandNode } from '../harness.ts';

test('takes out what is in a range', () => {
  const node = new CommandNode();
  for (let i = 0; i < 300; i++) node.call('ZADD', 'z', i, `m${i}`);
  assert.equal(node.run('ZREMRANGEBYRANK z 0 9'), 10);
  assert.equal(node.run('ZREMRANGEBYSCORE z (289 +inf'), 10);
  assert.deepEqual(node.run('ZRANGE z 0 0'), ['m10']);
  assert.deepEqual(node.run('ZRANGE z -1 -1'), ['m289']);
  assert.equal(node.run('ZREMRANGEBYRANK z 0 -1'), 280);
  assert.equal(node.run('EXISTS z'), 0);
  node.run('ZADD l 0 a 0 b 0 c');
  assert.equal(node.run('ZREMRANGEBYLEX l [b +'), 2);
  assert.equal(node.run('ZREMRANGEBYSCORE no 0 1'), 0);
  assert.equal(node.run('ZREMRANGEBYSCORE l x 1'), '-ERR min or max is not a float');
});
