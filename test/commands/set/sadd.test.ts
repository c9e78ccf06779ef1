import assert from 'node:assert/strict';
import { test } from 'node:test';
import { CommandNode } from '../harness.ts';

test('adds members once, in any form', () => {
  const node = new CommandNode();
  assert.equal(node.run('SADD s a b a'), 2);
  assert.equal(node.run('SADD s b c'), 1);
  assert.deepEqual(node.run('SMEMBERS s'), ['a', 'b', 'c']);
  assert.equal(node.run('TYPE s'), 'set');
  assert.equal(node.run('OBJECT ENCODING s'), 'listpack');
  node.run('SADD n 1 2 3');
  assert.equal(node.run('OBJECT ENCODING n'), 'intset');
  for (let i = 0; i < 1000; i++) assert.equal(node.call('SADD', 'big', `m${i}`), 1);
  for (let i = 0; i < 1000; i++) assert.equal(node.call('SISMEMBER', 'big', `m${i}`), 1);
  assert.equal(node.run('OBJECT ENCODING big'), 'hashtable');
  node.run('SET x 1');
  assert.match(String(node.run('SADD x a')), /^-WRONGTYPE/);
});
