import assert from 'node:assert/strict';
import { test } from 'node:test';
import { CommandNode } from '../harness.ts';

test('returns the length of a value', () => {
  const node = new CommandNode();
  node.run('HSET h a abc');
  node.run('HINCRBY h n -12345');
  assert.equal(node.run('HSTRLEN h a'), 3);
  assert.equal(node.run('HSTRLEN h n'), 6);
  assert.equal(node.run('HSTRLEN h x'), 0);
});
