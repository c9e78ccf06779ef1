import assert from 'node:assert/strict';
import { test } from 'node:test';
import { CommandNode } from '../harness.ts';

test('removes fields, and the key with the last one', () => {
  const node = new CommandNode();
  node.run('HSET h a 1 b 2 c 3');
  assert.equal(node.run('HDEL h a x a'), 1);
  assert.deepEqual(node.run('HKEYS h'), ['b', 'c']);
  assert.equal(node.run('HDEL h b c d'), 2);
  assert.equal(node.run('EXISTS h'), 0);
  assert.equal(node.run('HDEL h b'), 0);
});
