import assert from 'node:assert/strict';
import { test } from 'node:test';
import { CommandNode } from '../harness.ts';

test('adds only to a list that is there', () => {
  const node = new CommandNode();
  assert.equal(node.run('RPUSHX l a'), 0);
  assert.equal(node.run('EXISTS l'), 0);
  assert.equal(node.run('RPUSH l a'), 1);
  assert.equal(node.run('RPUSHX l b c'), 3);
  assert.deepEqual(node.run('LRANGE l 0 -1'), ['a', 'b', 'c']);
  assert.equal(node.run('SET s v'), 'OK');
  assert.equal(node.run('RPUSHX s a'), '-WRONGTYPE Operation against a key holding the wrong kind of value');
});
