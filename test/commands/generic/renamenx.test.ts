import assert from 'node:assert/strict';
import { test } from 'node:test';
import { CommandNode } from '../harness.ts';

test('only to a name that is free', () => {
  const node = new CommandNode();
  assert.equal(node.run('RENAMENX a b'), '-ERR no such key');
  assert.equal(node.run('MSET a 1 b 2'), 'OK');
  assert.equal(node.run('RENAMENX a b'), 0);
  assert.equal(node.run('RENAMENX a a'), 0);
  assert.equal(node.run('RENAMENX a c'), 1);
  assert.deepEqual(node.run('MGET a b c'), [null, '2', '1']);
  assert.equal(node.run('SET b x PX 10'), 'OK');
  node.advance(10);
  assert.equal(node.run('RENAMENX c b'), 1);
});
