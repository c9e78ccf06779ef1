import assert from 'node:assert/strict';
import { test } from 'node:test';
import { CommandNode } from '../harness.ts';

test('returns a value or nil for each field', () => {
  const node = new CommandNode();
  node.run('HSET h a 1 b 2');
  assert.deepEqual(node.run('HMGET h b x a'), ['2', null, '1']);
  assert.deepEqual(node.run('HMGET none a'), [null]);
});
