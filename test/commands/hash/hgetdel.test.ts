import assert from 'node:assert/strict';
import { test } from 'node:test';
import { CommandNode } from '../harness.ts';

test('returns values and removes their fields, and the key with the last', () => {
  const node = new CommandNode();
  node.run('HSET h a 1 b 2');
  assert.deepEqual(node.run('HGETDEL h FIELDS 2 a x'), ['1', null]);
  assert.deepEqual(node.run('HGETALL h'), ['b', '2']);
  assert.deepEqual(node.run('HGETDEL h FIELDS 1 b'), ['2']);
  assert.equal(node.run('EXISTS h'), 0);
  assert.deepEqual(node.run('HGETDEL h FIELDS 1 b'), [null]);
});
