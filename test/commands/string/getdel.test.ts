import assert from 'node:assert/strict';
import { test } from 'node:test';
import { CommandNode } from '../harness.ts';

test('returns the value once', () => {
  const node = new CommandNode();
  assert.equal(node.run('SET k v'), 'OK');
  assert.equal(node.run('GETDEL k'), 'v');
  assert.equal(node.run('GETDEL k'), null);
  assert.equal(node.run('EXISTS k'), 0);
  assert.equal(node.run('INCR c'), 1);
  assert.equal(node.run('GETDEL c'), '1');
  assert.equal(node.run('INCR c'), 1);
  assert.equal(node.run('GETDEL'), "-ERR wrong number of arguments for 'getdel' command");
});
