import assert from 'node:assert/strict';
import { test } from 'node:test';
import { CommandNode } from '../harness.ts';

test('counts the keys of the database', () => {
  const node = new CommandNode();
  assert.equal(node.run('DBSIZE'), 0);
  assert.equal(node.run('MSET a 1 b 2'), 'OK');
  assert.equal(node.run('DBSIZE'), 2);
  assert.equal(node.run('DEL a'), 1);
  assert.equal(node.run('DBSIZE'), 1);
  node.client.session.db = 1;
  assert.equal(node.run('DBSIZE'), 0);
  assert.equal(node.run('DBSIZE x'), "-ERR wrong number of arguments for 'dbsize' command");
});
