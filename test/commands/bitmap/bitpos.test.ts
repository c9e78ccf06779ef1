import assert from 'node:assert/strict';
import { test } from 'node:test';
import { CommandNode } from '../harness.ts';

test('finds bits', () => {
  const node = new CommandNode();
  node.call('SET', 'k', '\xff\xf0\x00');
  assert.equal(node.run('BITPOS k 0'), 12);
  assert.equal(node.run('BITPOS k 1 2'), -1);
  assert.equal(node.run('BITPOS k 1 1 -1 BIT'), 1);
  assert.equal(node.run('BITPOS k 0 7 15 BIT'), 12);
  assert.equal(node.run('BITPOS missing 0'), 0);
  assert.equal(node.run('BITPOS missing 1'), -1);
  assert.equal(node.run('BITPOS k 2'), '-ERR The bit argument must be 1 or 0.');
});

test('zeros follow a string without an end', () => {
  const node = new CommandNode();
  node.call('SET', 'k', '\xff\xff');
  assert.equal(node.run('BITPOS k 0'), 16);
  assert.equal(node.run('BITPOS k 0 0 -1'), -1);
  assert.equal(node.run('BITPOS k 0 5'), -1);
});
