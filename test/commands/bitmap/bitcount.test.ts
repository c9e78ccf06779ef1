import assert from 'node:assert/strict';
import { test } from 'node:test';
import { CommandNode } from '../harness.ts';

test('counts in the whole, in bytes and in bits', () => {
  const node = new CommandNode();
  node.run('SET k foobar');
  assert.equal(node.run('BITCOUNT k'), 26);
  assert.equal(node.run('BITCOUNT k 0 0'), 4);
  assert.equal(node.run('BITCOUNT k 1 1'), 6);
  assert.equal(node.run('BITCOUNT k -2 -1'), 7);
  assert.equal(node.run('BITCOUNT k 5 30 BIT'), 17);
  assert.equal(node.run('BITCOUNT k 5 30 byte'), 4);
  assert.equal(node.run('BITCOUNT k 3 1'), 0);
  assert.equal(node.run('BITCOUNT k -1 -5'), 0);
  assert.equal(node.run('BITCOUNT missing'), 0);
  assert.equal(node.run('BITCOUNT k 1'), '-ERR syntax error');
  assert.equal(node.run('BITCOUNT k 1 2 WORD'), '-ERR syntax error');
});
