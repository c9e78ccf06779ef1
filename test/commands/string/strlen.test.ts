import assert from 'node:assert/strict';
import { test } from 'node:test';
import { CommandNode } from '../harness.ts';

test('counts bytes in every encoding', () => {
  const node = new CommandNode();
  assert.equal(node.run('STRLEN k'), 0);
  assert.equal(node.run('SET k hello'), 'OK');
  assert.equal(node.run('STRLEN k'), 5);
  assert.equal(node.run('SET k 1234567890123'), 'OK');
  assert.equal(node.run('STRLEN k'), 13);
  assert.equal(node.run('INCR c'), 1);
  assert.equal(node.run('INCRBY c 99'), 100);
  assert.equal(node.run('STRLEN c'), 3);
  assert.equal(node.run('STRLEN'), "-ERR wrong number of arguments for 'strlen' command");
});
