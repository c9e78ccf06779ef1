import assert from 'node:assert/strict';
import { test } from 'node:test';
import { CommandNode } from '../harness.ts';

test('moves the last to the front', () => {
  const node = new CommandNode();
  assert.equal(node.run('RPUSH l a b'), 2);
  assert.equal(node.run('RPOPLPUSH l m'), 'b');
  assert.equal(node.run('RPOPLPUSH l m'), 'a');
  assert.deepEqual(node.run('LRANGE m 0 -1'), ['a', 'b']);
  assert.equal(node.run('EXISTS l'), 0);
  assert.equal(node.run('RPOPLPUSH l m'), null);
  assert.equal(node.run('RPOPLPUSH m m'), 'b');
  assert.deepEqual(node.run('LRANGE m 0 -1'), ['b', 'a']);
  assert.equal(node.run('SET s v'), 'OK');
  assert.equal(
    node.run('RPOPLPUSH m s'),
    '-WRONGTYPE Operation against a key holding the wrong kind of value',
  );
});
