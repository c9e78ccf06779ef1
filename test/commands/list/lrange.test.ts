import assert from 'node:assert/strict';
import { test } from 'node:test';
import { CommandNode } from '../harness.ts';

test('returns what lies between two indexes', () => {
  const node = new CommandNode();
  assert.equal(node.run('RPUSH l a b c d'), 4);
  assert.deepEqual(node.run('LRANGE l 0 -1'), ['a', 'b', 'c', 'd']);
  assert.deepEqual(node.run('LRANGE l 1 2'), ['b', 'c']);
  assert.deepEqual(node.run('LRANGE l -3 -2'), ['b', 'c']);
  assert.deepEqual(node.run('LRANGE l -100 100'), ['a', 'b', 'c', 'd']);
  assert.deepEqual(node.run('LRANGE l 3 1'), []);
  assert.deepEqual(node.run('LRANGE l 9 10'), []);
  assert.deepEqual(node.run('LRANGE none 0 -1'), []);
  assert.equal(node.run('LRANGE l x 1'), '-ERR value is not an integer or out of range');
  assert.equal(node.run('LRANGE none 0 x'), '-ERR value is not an integer or out of range');
  assert.equal(node.run('SET s v'), 'OK');
  assert.equal(
    node.run('LRANGE s 0 1'),
    '-WRONGTYPE Operation against a key holding the wrong kind of value',
  );
});

test('reads across chunks, and values of every form', () => {
  const node = new CommandNode({ memoryBytes: 1024 * 1024 });
  const values = [
    '',
    '0',
    '127',
    '128',
    '-1',
    '70000',
    '9223372036854775807',
    'x'.repeat(63),
    'y'.repeat(64),
    'z'.repeat(3000),
  ];
  const all = Array.from({ length: 2000 }, (_, i) => values[i % values.length]!);
  node.call('RPUSH', 'l', ...all);
  assert.deepEqual(node.run('LRANGE l 0 -1'), all);
  assert.deepEqual(node.run('LRANGE l 1111 1777'), all.slice(1111, 1778));
});
