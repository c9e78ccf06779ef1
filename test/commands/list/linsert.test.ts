import assert from 'node:assert/strict';
import { test } from 'node:test';
import { CommandNode } from '../harness.ts';

test('inserts before and behind the first of its value', () => {
  const node = new CommandNode();
  assert.equal(node.run('RPUSH l a b a c'), 4);
  assert.equal(node.run('LINSERT l BEFORE a x'), 5);
  assert.equal(node.run('LINSERT l after b y'), 6);
  assert.deepEqual(node.run('LRANGE l 0 -1'), ['x', 'a', 'b', 'y', 'a', 'c']);
  assert.equal(node.run('LINSERT l BEFORE none z'), -1);
  assert.equal(node.run('LINSERT none BEFORE a z'), 0);
  assert.equal(node.run('LINSERT l at a z'), '-ERR syntax error');
  assert.equal(node.run('SET s v'), 'OK');
  assert.equal(
    node.run('LINSERT s before a z'),
    '-WRONGTYPE Operation against a key holding the wrong kind of value',
  );
});

test('inserts many at one place of a large list', () => {
  const node = new CommandNode();
  for (let i = 0; i < 3000; i++) assert.equal(node.run(`RPUSH big v${i}`), i + 1);
  for (let i = 0; i < 2000; i++) assert.equal(node.run(`LINSERT big BEFORE v1500 w${i}`), 3001 + i);
  assert.equal(node.run('LINDEX big 1499'), 'v1499');
  assert.equal(node.run('LINDEX big 1500'), 'w0');
  assert.equal(node.run('LINDEX big 3499'), 'w1999');
  assert.equal(node.run('LINDEX big 3500'), 'v1500');
});
