import assert from 'node:assert/strict';
import { test } from 'node:test';
import { CommandNode } from '../harness.ts';

test('moves from any end to any end', () => {
  const node = new CommandNode();
  assert.equal(node.run('RPUSH l a b c'), 3);
  assert.equal(node.run('LMOVE l m LEFT RIGHT'), 'a');
  assert.equal(node.run('LMOVE l m RIGHT LEFT'), 'c');
  assert.deepEqual(node.run('LRANGE m 0 -1'), ['c', 'a']);
  assert.equal(node.run('LMOVE l m left left'), 'b');
  assert.equal(node.run('EXISTS l'), 0);
  assert.deepEqual(node.run('LRANGE m 0 -1'), ['b', 'c', 'a']);
  assert.equal(node.run('LMOVE l m LEFT LEFT'), null);
});

test('turns a list round, and leaves it where both ends are one', () => {
  const node = new CommandNode();
  assert.equal(node.run('RPUSH l a b c'), 3);
  assert.equal(node.run('LMOVE l l LEFT RIGHT'), 'a');
  assert.deepEqual(node.run('LRANGE l 0 -1'), ['b', 'c', 'a']);
  assert.equal(node.run('LMOVE l l RIGHT RIGHT'), 'a');
  assert.deepEqual(node.run('LRANGE l 0 -1'), ['b', 'c', 'a']);
  assert.equal(node.run('RPUSH one x'), 1);
  assert.equal(node.run('LMOVE one one RIGHT LEFT'), 'x');
  assert.deepEqual(node.run('LRANGE one 0 -1'), ['x']);
});

test('refuses other types and other words', () => {
  const node = new CommandNode();
  assert.equal(node.run('RPUSH l a'), 1);
  assert.equal(node.run('SET s v'), 'OK');
  assert.equal(
    node.run('LMOVE s l LEFT LEFT'),
    '-WRONGTYPE Operation against a key holding the wrong kind of value',
  );
  assert.equal(
    node.run('LMOVE l s LEFT LEFT'),
    '-WRONGTYPE Operation against a key holding the wrong kind of value',
  );
  assert.equal(node.run('LMOVE none s LEFT LEFT'), null);
  assert.equal(node.run('LMOVE l m UP LEFT'), '-ERR syntax error');
  assert.equal(node.run('LMOVE l m LEFT UP'), '-ERR syntax error');
  assert.deepEqual(node.run('LRANGE l 0 -1'), ['a']);
});
