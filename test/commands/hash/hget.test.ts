import assert from 'node:assert/strict';
import { test } from 'node:test';
import { CommandNode } from '../harness.ts';

test('returns a value, or nil', () => {
  const node = new CommandNode();
  assert.equal(node.run('HGET h a'), null);
  node.run('HSET h a 1');
  assert.equal(node.run('HGET h a'), '1');
  assert.equal(node.run('HGET h b'), null);
});
