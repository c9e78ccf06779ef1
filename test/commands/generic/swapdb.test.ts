import assert from 'node:assert/strict';
import { test } from 'node:test';
import { CommandNode } from '../harness.ts';

test('two databases change places', () => {
  const node = new CommandNode();
  assert.equal(node.run('SET k zero'), 'OK');
  assert.equal(node.run('SWAPDB 0 1'), 'OK');
  assert.equal(node.run('EXISTS k'), 0);
  assert.equal(node.run('SET k one'), 'OK');
  node.client.session.db = 1;
  assert.equal(node.run('GET k'), 'zero');
  assert.equal(node.run('SWAPDB 1 0'), 'OK');
  assert.equal(node.run('GET k'), 'one');
  assert.equal(node.run('SWAPDB 1 1'), 'OK');
  assert.equal(node.run('GET k'), 'one');
});

test('refuses what is no database', () => {
  const node = new CommandNode();
  assert.equal(node.run('SWAPDB x 1'), '-ERR invalid first DB index');
  assert.equal(node.run('SWAPDB 1 x'), '-ERR invalid second DB index');
  assert.equal(node.run('SWAPDB 0 16'), '-ERR DB index is out of range');
  assert.equal(node.run('SWAPDB -1 0'), '-ERR DB index is out of range');
  assert.equal(node.run('SWAPDB 0 99999999999'), '-ERR invalid second DB index');
});

test('is refused under sync', () => {
  const node = new CommandNode({ services: { syncing: true, allowFlush: true } });
  assert.match(String(node.run('SWAPDB 0 1')), /^-ERR SWAPDB is refused while this node syncs/);
});
