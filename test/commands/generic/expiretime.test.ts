import assert from 'node:assert/strict';
import { test } from 'node:test';
import { CommandNode } from '../harness.ts';

test('the deadline in seconds, rounded, and in milliseconds', () => {
  const node = new CommandNode();
  assert.equal(node.run('EXPIRETIME k'), -2);
  assert.equal(node.run('PEXPIRETIME k'), -2);
  assert.equal(node.run('SET k v'), 'OK');
  assert.equal(node.run('EXPIRETIME k'), -1);
  assert.equal(node.run('PEXPIRETIME k'), -1);
  assert.equal(node.run('PEXPIREAT k 4102444800500'), 1);
  assert.equal(node.run('EXPIRETIME k'), 4102444801);
  assert.equal(node.run('PEXPIRETIME k'), 4102444800500);
});
