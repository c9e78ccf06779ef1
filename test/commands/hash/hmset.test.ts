import assert from 'node:assert/strict';
import { test } from 'node:test';
import { CommandNode } from '../harness.ts';

test('sets fields and says OK', () => {
  const node = new CommandNode();
  assert.equal(node.run('HMSET h a 1 b 2'), 'OK');
  assert.deepEqual(node.run('HGETALL h'), ['a', '1', 'b', '2']);
  assert.equal(node.run('HMSET h a'), "-ERR wrong number of arguments for 'hmset' command");
});
