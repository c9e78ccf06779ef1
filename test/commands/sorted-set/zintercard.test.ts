import assert from 'node:assert/strict';
import { test } from 'node:test';
import { CommandNode } from '../harness.ts';

test('counts what is in common, up to a limit', () => {
  const node = new CommandNode();
  assert.deepEqual(node.run('ZADD a 1 x 2 y 3 z'), 3);
  assert.deepEqual(node.run('ZADD b 1 y 1 z'), 2);
  assert.deepEqual(node.run('ZINTERCARD 2 a b'), 2);
  assert.deepEqual(node.run('ZINTERCARD 2 a b LIMIT 1'), 1);
  assert.deepEqual(node.run('ZINTERCARD 2 a no'), 0);
  assert.deepEqual(node.run('ZINTERCARD 2 a b LIMIT -1'), "-ERR LIMIT can't be negative");
});
