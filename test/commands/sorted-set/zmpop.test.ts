import assert from 'node:assert/strict';
import { test } from 'node:test';
import { CommandNode } from '../harness.ts';

test('takes from the first set that has any', () => {
  const node = new CommandNode();
  assert.deepEqual(node.run('ZADD z 1 a 2 b 3 c'), 3);
  assert.deepEqual(node.run('ZMPOP 2 no z MIN'), ['z', [['a', '1']]]);
  assert.deepEqual(node.run('ZMPOP 1 z MAX COUNT 5'), [
    'z',
    [
      ['c', '3'],
      ['b', '2'],
    ],
  ]);
  assert.deepEqual(node.run('ZMPOP 1 z MIN'), null);
  assert.deepEqual(node.run('ZMPOP 0 z MIN'), '-ERR numkeys should be greater than 0');
  assert.deepEqual(node.run('ZMPOP 1 z MIN COUNT 0'), '-ERR count should be greater than 0');
  assert.deepEqual(node.run('ZMPOP 1 z OR'), '-ERR syntax error');
  assert.deepEqual(node.run('ZADD z 1 a'), 1);
  assert.deepEqual(node.run('BZMPOP 0 1 z MAX COUNT 2'), ['z', [['a', '1']]]);
});
