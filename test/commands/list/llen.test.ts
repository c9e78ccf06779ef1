import assert from 'node:assert/strict';
import { test } from 'node:test';
import { CommandNode } from '../harness.ts';

test('counts elements', () => {
  const node = new CommandNode();
  assert.equal(node.run('LLEN l'), 0);
  assert.equal(node.run('RPUSH l a b c'), 3);
  assert.equal(node.run('LLEN l'), 3);
  assert.equal(node.run('SET s v'), 'OK');
  assert.equal(node.run('LLEN s'), '-WRONGTYPE Operation against a key holding the wrong kind of value');
});
