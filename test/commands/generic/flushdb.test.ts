import assert from 'node:assert/strict';
import { test } from 'node:test';
import { CommandNode } from '../harness.ts';

test('empties the database', () => {
  const node = new CommandNode();
  assert.equal(node.run('MSET a 1 b 2'), 'OK');
  node.client.session.db = 1;
  assert.equal(node.run('SET c 3'), 'OK');
  assert.equal(node.run('FLUSHDB'), 'OK');
  assert.equal(node.run('DBSIZE'), 0);
  node.client.session.db = 0;
  assert.equal(node.run('DBSIZE'), 2);
  assert.equal(node.run('FLUSHDB SYNC'), 'OK');
  assert.equal(node.run('SET a 1'), 'OK');
  assert.equal(node.run('FLUSHDB async'), 'OK');
  assert.equal(node.run('DBSIZE'), 0);
  assert.equal(node.run('GET a'), null);
});

test('refuses other options and changes nothing', () => {
  const node = new CommandNode();
  assert.equal(node.run('SET a 1'), 'OK');
  assert.equal(node.run('FLUSHDB what'), '-ERR syntax error');
  assert.equal(node.run('FLUSHDB SYNC ASYNC'), '-ERR syntax error');
  assert.equal(node.run('DBSIZE'), 1);
});

test('is refused while peers would be emptied too, unless that is allowed', () => {
  const node = new CommandNode({ services: { syncing: true } });
  node.run('SET a 1');
  const before = node.store.recorder?.count;
  assert.match(String(node.run('FLUSHDB')), /^-ERR FLUSHDB is refused while this node syncs/);
  assert.equal(node.store.recorder?.count, before);
  assert.equal(node.run('GET a'), '1');
  const allowed = new CommandNode({ services: { syncing: true, allowFlush: true } });
  allowed.run('SET a 1');
  assert.equal(allowed.run('FLUSHDB'), 'OK');
  assert.equal(allowed.run('DBSIZE'), 0);
});

test('gives memory back before it replies', () => {
  const node = new CommandNode({ memoryBytes: 1024 * 1024 });
  for (let round = 0; round < 3; round++) {
    let n = 0;
    while (node.call('SET', `k${n}`, 'x'.repeat(1000)) === 'OK') n += 1;
    assert.ok(n > 500);
    assert.equal(node.run('FLUSHDB'), 'OK');
  }
});
