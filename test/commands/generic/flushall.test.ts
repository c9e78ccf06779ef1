import assert from 'node:assert/strict';
import { test } from 'node:test';
import { CommandNode } from '../harness.ts';

test('empties all databases', () => {
  const node = new CommandNode();
  assert.equal(node.run('MSET a 1 b 2'), 'OK');
  node.client.session.db = 1;
  assert.equal(node.run('SET c 3'), 'OK');
  assert.equal(node.run('FLUSHALL'), 'OK');
  assert.equal(node.run('DBSIZE'), 0);
  node.client.session.db = 0;
  assert.equal(node.run('DBSIZE'), 0);
  assert.equal(node.run('FLUSHALL SYNC'), 'OK');
  assert.equal(node.run('SET a 1'), 'OK');
  assert.equal(node.run('FLUSHALL async'), 'OK');
  assert.equal(node.run('DBSIZE'), 0);
  assert.equal(node.run('GET a'), null);
});
