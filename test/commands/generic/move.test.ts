import assert from 'node:assert/strict';
import { test } from 'node:test';
import { CommandNode } from '../harness.ts';

test('moves value and deadline to a database where the key is not', () => {
  const node = new CommandNode();
  assert.equal(node.run('SET k v EX 100'), 'OK');
  assert.equal(node.run('MOVE k 1'), 1);
  assert.equal(node.run('EXISTS k'), 0);
  node.client.session.db = 1;
  assert.equal(node.run('GET k'), 'v');
  assert.equal(node.run('TTL k'), 100);
  node.client.session.db = 0;
  assert.equal(node.run('MOVE k 1'), 0);
  assert.equal(node.run('SET k w'), 'OK');
  assert.equal(node.run('MOVE k 1'), 0);
  assert.equal(node.run('GET k'), 'w');
});

test('refuses itself and unknown databases', () => {
  const node = new CommandNode();
  assert.equal(node.run('SET k v'), 'OK');
  assert.equal(node.run('MOVE k 0'), '-ERR source and destination objects are the same');
  assert.equal(node.run('MOVE k 16'), '-ERR DB index is out of range');
  assert.equal(node.run('MOVE k -1'), '-ERR DB index is out of range');
  assert.equal(node.run('MOVE k x'), '-ERR value is not an integer or out of range');
  assert.equal(
    node.run('MOVE k 99999999999'),
    '-ERR value is out of range, value must between -2147483648 and 2147483647',
  );
  assert.equal(node.run('GET k'), 'v');
});
