import assert from 'node:assert/strict';
import { test } from 'node:test';
import { CommandNode } from '../harness.ts';

test('nil where there is no value', () => {
  const node = new CommandNode();
  assert.equal(node.run('SET a 1'), 'OK');
  assert.equal(node.run('SET b 2 PX 10'), 'OK');
  assert.deepEqual(node.run('MGET a b c a'), ['1', '2', null, '1']);
  node.advance(10);
  assert.deepEqual(node.run('MGET a b'), ['1', null]);
  assert.equal(node.run('MGET'), "-ERR wrong number of arguments for 'mget' command");
});
