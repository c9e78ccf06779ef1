import assert from 'node:assert/strict';
import { test } from 'node:test';
import { CommandNode } from '../harness.ts';

test('returns fields, different ones or any, with values on request', () => {
  const node = new CommandNode();
  assert.equal(node.run('HRANDFIELD h'), null);
  assert.deepEqual(node.run('HRANDFIELD h 3'), []);
  node.run('HSET h a 1 b 2 c 3');
  assert.ok(['a', 'b', 'c'].includes(node.run('HRANDFIELD h') as string));
  assert.equal(new Set(node.run('HRANDFIELD h 2') as string[]).size, 2);
  assert.equal((node.run('HRANDFIELD h 10') as string[]).length, 3);
  assert.equal((node.run('HRANDFIELD h -10') as string[]).length, 10);
  assert.deepEqual(node.run('HRANDFIELD h 3 WITHVALUES'), ['a', '1', 'b', '2', 'c', '3']);
  assert.equal(node.run('HRANDFIELD h 3 x'), '-ERR syntax error');
});
