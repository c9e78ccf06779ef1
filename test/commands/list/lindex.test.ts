import assert from 'node:assert/strict';
import { test } from 'node:test';
import { CommandNode } from '../harness.ts';

test('reads one element from either end', () => {
  const node = new CommandNode();
  assert.equal(node.run('RPUSH l a b c'), 3);
  assert.equal(node.run('LINDEX l 0'), 'a');
  assert.equal(node.run('LINDEX l 2'), 'c');
  assert.equal(node.run('LINDEX l -1'), 'c');
  assert.equal(node.run('LINDEX l -3'), 'a');
  assert.equal(node.run('LINDEX l 3'), null);
  assert.equal(node.run('LINDEX l -4'), null);
  assert.equal(node.run('LINDEX none 0'), null);
  assert.equal(node.run('LINDEX l x'), '-ERR value is not an integer or out of range');
  assert.equal(node.run('LINDEX none x'), null);
  assert.equal(node.run('SET s v'), 'OK');
  assert.equal(node.run('LINDEX s 0'), '-WRONGTYPE Operation against a key holding the wrong kind of value');
});

test('finds every index of a large list', () => {
  const node = new CommandNode();
  for (let i = 0; i < 3000; i++) assert.equal(node.run(`RPUSH big v${i}`), i + 1);
  for (let i = 0; i < 3000; i += 7) {
    assert.equal(node.run(`LINDEX big ${i}`), `v${i}`);
    assert.equal(node.run(`LINDEX big ${i - 3000}`), `v${i}`);
  }
});
