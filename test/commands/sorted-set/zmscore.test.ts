import assert from 'node:assert/strict';
import { test } from 'node:test';
import { CommandNode } from '../harness.ts';

test('tells several scores', () => {
  const node = new CommandNode();
  assert.deepEqual(node.run('ZADD z 1 a 2 b'), 2);
  assert.deepEqual(node.run('ZMSCORE z b x a'), ['2', null, '1']);
  assert.deepEqual(node.run('ZMSCORE no a'), [null]);
});
