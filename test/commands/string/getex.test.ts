import assert from 'node:assert/strict';
import { test } from 'node:test';
import { CommandNode } from '../harness.ts';

test('changes the deadline as told', () => {
  const node = new CommandNode();
  assert.equal(node.run('SET k v'), 'OK');
  assert.equal(node.run('GETEX k'), 'v');
  assert.equal(node.run('TTL k'), -1);
  assert.equal(node.run('GETEX k EX 10'), 'v');
  assert.equal(node.run('PTTL k'), 10000);
  assert.equal(node.run('GETEX k PX 500'), 'v');
  assert.equal(node.run('PTTL k'), 500);
  assert.equal(node.run('GETEX k EXAT 4102444800'), 'v');
  assert.equal(node.run('EXPIRETIME k'), 4102444800);
  assert.equal(node.run('GETEX k PXAT 4102444800123'), 'v');
  assert.equal(node.run('PEXPIRETIME k'), 4102444800123);
  assert.equal(node.run('GETEX k PERSIST'), 'v');
  assert.equal(node.run('TTL k'), -1);
  assert.equal(node.run('GETEX missing EX 10'), null);
});

test('removes the key where the deadline has passed', () => {
  const node = new CommandNode();
  assert.equal(node.run('SET k v'), 'OK');
  assert.equal(node.run('GETEX k EXAT 1'), 'v');
  assert.equal(node.run('EXISTS k'), 0);
});

test('checks options first, then the key, then the time', () => {
  const node = new CommandNode();
  assert.equal(node.run('GETEX missing EX x'), null);
  assert.equal(node.run('GETEX missing what'), '-ERR syntax error');
  assert.equal(node.run('SET k v'), 'OK');
  assert.equal(node.run('GETEX k EX x'), '-ERR value is not an integer or out of range');
  assert.equal(node.run('GETEX k EX 0'), "-ERR invalid expire time in 'getex' command");
  assert.equal(node.run('GETEX k EX 10 PERSIST'), '-ERR syntax error');
  assert.equal(node.run('GETEX k PERSIST EX 10'), '-ERR syntax error');
  assert.equal(node.run('GETEX k EX 1 PX 1'), '-ERR syntax error');
  assert.equal(node.run('GETEX k KEEPTTL'), '-ERR syntax error');
  assert.equal(node.run('GETEX k EX'), '-ERR syntax error');
  assert.equal(node.run('TTL k'), -1);
});

test('reading alone leaves no delta', () => {
  const node = new CommandNode();
  node.run('SET k v');
  const before = node.store.recorder?.count;
  node.run('GETEX k');
  node.run('GETEX k PERSIST');
  assert.equal(node.store.recorder?.count, before);
});
