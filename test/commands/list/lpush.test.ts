import assert from 'node:assert/strict';
import { test } from 'node:test';
import { CommandNode } from '../harness.ts';

test('adds in the order given and tells the length', () => {
  const node = new CommandNode();
  assert.equal(node.run('LPUSH l a b c'), 3);
  assert.equal(node.run('LPUSH l d'), 4);
  assert.deepEqual(node.run('LRANGE l 0 -1'), ['d', 'c', 'b', 'a']);
});

test('grows from a few elements to many and keeps all of them', () => {
  const node = new CommandNode({ memoryBytes: 1024 * 1024 });
  for (let i = 0; i < 3000; i++) assert.equal(node.run(`LPUSH l value:${i}`), i + 1);
  assert.deepEqual(node.run('LRANGE l 0 1'), ['value:2999', 'value:2998']);
  assert.equal(node.run('LLEN l'), 3000);
  const large = 'x'.repeat(100_000);
  assert.equal(node.call('LPUSH', 'l', large, '1'), 3002);
  assert.equal(node.run('LINDEX l 1'), large);
});

test('refuses another type and a list that would not fit, which stays as it was', () => {
  const node = new CommandNode();
  assert.equal(node.run('SET s v'), 'OK');
  assert.equal(node.run('LPUSH s a'), '-WRONGTYPE Operation against a key holding the wrong kind of value');
  const small = new CommandNode({ memoryBytes: 1024 * 1024 });
  assert.equal(small.run('RPUSH l a'), 1);
  const values = Array.from({ length: 40 }, () => 'x'.repeat(50_000));
  assert.match(small.bytes('LPUSH', 'l', ...values).toString(), /OOM/);
  assert.equal(small.run('LLEN l'), 1);
});
