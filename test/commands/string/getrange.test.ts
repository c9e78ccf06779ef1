import assert from 'node:assert/strict';
import { test } from 'node:test';
import { CommandNode } from '../harness.ts';

test('counts from both ends and includes both', () => {
  const node = new CommandNode();
  assert.equal(node.run('SET k Hello'), 'OK');
  assert.equal(node.run('GETRANGE k 0 1'), 'He');
  assert.equal(node.run('GETRANGE k -3 -1'), 'llo');
  assert.equal(node.run('GETRANGE k 0 -1'), 'Hello');
  assert.equal(node.run('GETRANGE k 3 100'), 'lo');
  assert.equal(node.run('GETRANGE k -100 1'), 'He');
  assert.equal(node.run('GETRANGE k 3 2'), '');
  assert.equal(node.run('GETRANGE k -1 -3'), '');
  assert.equal(node.run('GETRANGE k 5 9'), '');
  assert.equal(node.run('GETRANGE missing 0 -1'), '');
  assert.equal(node.run('SET e ""'), 'OK');
  assert.equal(node.run('GETRANGE e 0 -1'), '');
  assert.equal(node.run('GETRANGE k 0 9223372036854775807'), 'Hello');
  assert.equal(node.run('GETRANGE k -9223372036854775808 -9223372036854775808'), 'H');
  assert.equal(node.run('SET n 1234567890123'), 'OK');
  assert.equal(node.run('GETRANGE n 9 -1'), '0123');
  assert.equal(node.run('SUBSTR k 1 3'), 'ell');
});

test('refuses offsets that are no integers', () => {
  const node = new CommandNode();
  assert.equal(node.run('GETRANGE k x 1'), '-ERR value is not an integer or out of range');
  assert.equal(node.run('GETRANGE k 1 x'), '-ERR value is not an integer or out of range');
  assert.equal(node.run('GETRANGE k 1 9223372036854775808'), '-ERR value is not an integer or out of range');
  assert.equal(node.run('SUBSTR k 0'), "-ERR wrong number of arguments for 'substr' command");
});
