import assert from 'node:assert/strict';
import { test } from 'node:test';
import { CommandNode } from '../harness.ts';

test('sets all or, where any key exists, none', () => {
  const node = new CommandNode();
  assert.equal(node.run('MSETNX a 1 b 2'), 1);
  assert.equal(node.run('MSETNX b 3 c 4'), 0);
  assert.deepEqual(node.run('MGET a b c'), ['1', '2', null]);
  assert.equal(node.run('SET a 1 PX 10'), 'OK');
  node.advance(10);
  assert.equal(node.run('MSETNX a 5 d 6'), 1);
  assert.equal(node.run('MSETNX x 1 x 2'), 1);
  assert.equal(node.run('GET x'), '2');
  assert.equal(node.run('MSETNX a 1 b'), "-ERR wrong number of arguments for 'msetnx' command");
});
