import assert from 'node:assert/strict';
import { test } from 'node:test';
import { CommandNode } from '../harness.ts';

test('counts from zero or from a number', () => {
  const node = new CommandNode();
  assert.equal(node.run('DECR k'), -1);
  assert.equal(node.run('DECR k'), -2);
  assert.equal(node.run('GET k'), '-2');
  assert.equal(node.run('SET k 10'), 'OK');
  assert.equal(node.run('DECR k'), 9);
  assert.equal(node.run('SET k 12345678901234567'), 'OK');
  assert.equal(node.run('DECR k'), 12345678901234567n - 1n);
  assert.equal(node.run('DECR'), "-ERR wrong number of arguments for 'decr' command");
});

test('keeps the deadline and forgets an expired value', () => {
  const node = new CommandNode();
  assert.equal(node.run('SET k 5 PX 100'), 'OK');
  assert.equal(node.run('DECR k'), 4);
  assert.equal(node.run('PTTL k'), 100);
  node.advance(100);
  assert.equal(node.run('DECR k'), -1);
  assert.equal(node.run('PTTL k'), -1);
});

test('refuses what is no 64-bit integer and what would leave 64 bits', () => {
  const node = new CommandNode();
  assert.equal(node.run('SET k abc'), 'OK');
  assert.equal(node.run('DECR k'), '-ERR value is not an integer or out of range');
  assert.equal(node.run('SET k 007'), 'OK');
  assert.equal(node.run('DECR k'), '-ERR value is not an integer or out of range');
  assert.equal(node.run('SET k ""'), 'OK');
  assert.equal(node.run('DECR k'), '-ERR value is not an integer or out of range');
  assert.equal(node.run('SET k -9223372036854775808'), 'OK');
  assert.equal(node.run('DECR k'), '-ERR increment or decrement would overflow');
  assert.equal(node.run('GET k'), '-9223372036854775808');
});
