import assert from 'node:assert/strict';
import { test } from 'node:test';
import { CommandNode } from '../harness.ts';

test('takes members out, and the key with the last one', () => {
  const node = new CommandNode();
  assert.deepEqual(node.run('ZADD z 1 a 2 b 3 c'), 3);
  assert.deepEqual(node.run('ZREM z a x c'), 2);
  assert.deepEqual(node.run('ZREM z b'), 1);
  assert.deepEqual(node.run('EXISTS z'), 0);
  assert.deepEqual(node.run('ZREM z b'), 0);
  assert.deepEqual(node.run('SET s v'), 'OK');
  assert.deepEqual(
    node.run('ZREM s a'),
    '-WRONGTYPE Operation against a key holding the wrong kind of value',
  );
});
