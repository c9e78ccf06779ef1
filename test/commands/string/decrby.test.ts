import assert from 'node:assert/strict';
import { test } from 'node:test';
import { CommandNode } from '../harness.ts';

test('takes away', () => {
  const node = new CommandNode();
  assert.equal(node.run('DECRBY k 5'), -5);
  assert.equal(node.run('DECRBY k -7'), 2);
  assert.equal(node.run('DECRBY k 0'), 2);
  assert.equal(node.run('SET k -9007199254740993'), 'OK');
  assert.equal(node.run('DECRBY k 1'), -9007199254740994n);
});

test('refuses what is no integer and what would overflow', () => {
  const node = new CommandNode();
  assert.equal(node.run('DECRBY k x'), '-ERR value is not an integer or out of range');
  assert.equal(node.run('DECRBY k -9223372036854775808'), '-ERR decrement would overflow');
  assert.equal(node.run('SET k -9223372036854775807'), 'OK');
  assert.equal(node.run('DECRBY k 2'), '-ERR increment or decrement would overflow');
  assert.equal(node.run('DECRBY k 1'), -9223372036854775808n);
});
