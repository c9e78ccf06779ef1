import assert from 'node:assert/strict';
import { test } from 'node:test';
import { CommandNode } from '../harness.ts';

test('adds, also beyond what a double holds', () => {
  const node = new CommandNode();
  assert.equal(node.run('INCRBY k 5'), 5);
  assert.equal(node.run('INCRBY k -7'), -2);
  assert.equal(node.run('SET k 9007199254740993'), 'OK');
  assert.equal(node.run('INCRBY k 9007199254740993'), 18014398509481986n);
  assert.equal(node.run('GET k'), '18014398509481986');
  assert.equal(node.run('INCRBY n -9223372036854775808'), -9223372036854775808n);
});

test('refuses what is no integer and what would overflow', () => {
  const node = new CommandNode();
  assert.equal(node.run('INCRBY k x'), '-ERR value is not an integer or out of range');
  assert.equal(node.run('INCRBY k 1.5'), '-ERR value is not an integer or out of range');
  assert.equal(node.run('INCRBY k +1'), '-ERR value is not an integer or out of range');
  assert.equal(node.run('INCRBY k 01'), '-ERR value is not an integer or out of range');
  assert.equal(node.run('INCRBY k ""'), '-ERR value is not an integer or out of range');
  assert.equal(node.run('INCRBY k 9223372036854775808'), '-ERR value is not an integer or out of range');
  assert.equal(node.run('EXISTS k'), 0);
  assert.equal(node.run('SET k 9223372036854775800'), 'OK');
  assert.equal(node.run('INCRBY k 8'), '-ERR increment or decrement would overflow');
  assert.equal(node.run('INCRBY k 7'), 9223372036854775807n);
  assert.equal(node.run('INCRBY k'), "-ERR wrong number of arguments for 'incrby' command");
});
