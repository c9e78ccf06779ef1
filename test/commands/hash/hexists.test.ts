import assert from 'node:assert/strict';
import { test } from 'node:test';
import { CommandNode } from '../harness.ts';

test('tells whether a field is there', () => {
  const node = new CommandNode();
  node.run('HSET h a 1');
  assert.equal(node.run('HEXISTS h a'), 1);
  assert.equal(node.run('HEXISTS h b'), 0);
  assert.equal(node.run('HEXISTS none a'), 0);
});
