import assert from 'node:assert/strict';
import { test } from 'node:test';
import { CommandNode } from '../harness.ts';

test('tells when fields expire, as time left, rounded up, and as Unix time', () => {
  const node = new CommandNode();
  node.run('HSET h a 1 b 2');
  node.run('HPEXPIRE h 1500 FIELDS 1 a');
  assert.deepEqual(node.run('HTTL h FIELDS 3 a b c'), [2, -1, -2]);
  assert.deepEqual(node.run('HPTTL h FIELDS 1 a'), [1500]);
  assert.deepEqual(node.run('HEXPIRETIME h FIELDS 1 a'), [Math.ceil((node.nowMs + 1500) / 1000)]);
  assert.deepEqual(node.run('HPEXPIRETIME h FIELDS 1 a'), [node.nowMs + 1500]);
  assert.deepEqual(node.run('HTTL none FIELDS 1 a'), [-2]);
});

test('what it refuses, in the words of Redis', () => {
  const node = new CommandNode();
  node.run('HSET h a 1');
  const missing = '-ERR Mandatory argument FIELDS is missing or not at the right position';
  assert.equal(node.run('HTTL h 1 FIELDS a'), missing);
  assert.equal(node.run('HTTL h FIELDS 0 a'), '-ERR Number of fields must be a positive integer');
  const mismatch = '-ERR The `numfields` parameter must match the number of arguments';
  assert.equal(node.run('HTTL h FIELDS 1 a b'), mismatch);
  assert.equal(node.run('HTTL h FIELDS 1'), "-ERR wrong number of arguments for 'httl' command");
});
