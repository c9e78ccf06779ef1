import assert from 'node:assert/strict';
import { test } from 'node:test';
import { CommandNode } from '../harness.ts';

test('sets with a deadline', () => {
  const node = new CommandNode();
  assert.equal(node.run('SETEX k 10 v'), 'OK');
  assert.equal(node.run('PTTL k'), 10000);
  assert.equal(node.run('PSETEX k 1500 w'), 'OK');
  assert.equal(node.run('PTTL k'), 1500);
  assert.equal(node.run('GET k'), 'w');
  node.advance(1500);
  assert.equal(node.run('GET k'), null);
});

test('a bad time changes nothing', () => {
  const node = new CommandNode();
  assert.equal(node.run('SETEX k 0 v'), "-ERR invalid expire time in 'setex' command");
  assert.equal(node.run('PSETEX k -5 v'), "-ERR invalid expire time in 'psetex' command");
  assert.equal(node.run('SETEX k x v'), '-ERR value is not an integer or out of range');
  assert.equal(node.run('SETEX k 9223372036854775807 v'), "-ERR invalid expire time in 'setex' command");
  assert.equal(node.run('PSETEX k 9223372036854775807 v'), "-ERR invalid expire time in 'psetex' command");
  assert.equal(node.run('EXISTS k'), 0);
  assert.equal(node.run('SETEX k 10'), "-ERR wrong number of arguments for 'setex' command");
});
