import assert from 'node:assert/strict';
import { test } from 'node:test';
import { CommandNode } from '../harness.ts';

test('takes one, or so many, and the key with the last', () => {
  const node = new CommandNode();
  assert.equal(node.run('RPUSH l a b c d e'), 5);
  assert.equal(node.run('RPOP l'), 'e');
  assert.deepEqual(node.run('RPOP l 2'), ['d', 'c']);
  assert.deepEqual(node.run('RPOP l 0'), []);
  assert.deepEqual(node.run('RPOP l 10'), ['b', 'a']);
  assert.equal(node.run('EXISTS l'), 0);
  assert.equal(node.run('RPOP l'), null);
  assert.equal(node.bytes('RPOP', 'l', '3').toString(), '*-1\r\n');
});

test('empties a large list in order', () => {
  const node = new CommandNode();
  for (let i = 0; i < 3000; i++) assert.equal(node.run(`RPUSH big v${i}`), i + 1);
  for (let i = 0; i < 3000; i++) assert.equal(node.run('RPOP big'), `v${2999 - i}`);
  assert.equal(node.run('EXISTS big'), 0);
});

test('refuses what is no count, too many arguments and another type', () => {
  const node = new CommandNode();
  assert.equal(node.run('RPOP l x'), '-ERR value is out of range, must be positive');
  assert.equal(node.run('RPOP l -1'), '-ERR value is out of range, must be positive');
  assert.equal(node.run('RPOP l 1 2'), "-ERR wrong number of arguments for 'rpop' command");
  assert.equal(node.run('SET s v'), 'OK');
  assert.equal(node.run('RPOP s'), '-WRONGTYPE Operation against a key holding the wrong kind of value');
});
