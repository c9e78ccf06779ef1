import assert from 'node:assert/strict';
import { test } from 'node:test';
import { CommandNode } from '../harness.ts';

test('counts members', () => {
  const node = new CommandNode();
  assert.deepEqual(node.run('ZCARD z'), 0);
  assert.deepEqual(node.run('ZADD z 1 a 2 b'), 2);
  assert.deepEqual(node.run('ZCARD z'), 2);
  assert.deepEqual(node.run('SET s v'), 'OK');
  assert.deepEqual(node.run('ZCARD s'), '-WRONGTYPE Operation against a key holding the wrong kind of value');
});
