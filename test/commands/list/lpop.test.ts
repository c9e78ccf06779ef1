import assert from 'node:assert/strict';
import { test } from 'node:test';
import { CommandNode } from '../harness.ts';

test('takes one, or so many, and the key with the last', () => {
  const node = new CommandNode();
  assert.equal(node.run('RPUSH l a b c d e'), 5);
  assert.equal(node.run('LPOP l'), 'a');
  assert.deepEqual(node.run('LPOP l 2'), ['b', 'c']);
  assert.deepEqual(node.run('LPOP l 0'), []);
  assert.deepEqual(node.run('LPOP l 10'), ['d', 'e']);
  assert.equal(node.run('EXISTS l'), 0);
  assert.equal(node.run('LPOP l'), null);
  assert.equal(node.bytes('LPOP', 'l', '3').toString(), '*-1\r\n');
});

test('empties a large list in order', () => {
  const node = new CommandNode();
  for (let i = 0; i < 3000; i++) assert.equal(node.run(`RPUSH big v${i}`), i + 1);
  for (let i = 0; i < 3000; i++) assert.equal(node.run('LPOP big'), `v${i}`);
  assert.equal(node.run('EXISTS big'), 0);
});

test('refuses what is no count, too many arguments and another type', () => {
  const node = new CommandNode();
  assert.equal(node.run('LPOP l x'), '-ERR value is out of range, must be positive');
  assert.equal(node.run('LPOP l -1'), '-ERR value is out of range, must be positive');
  assert.equal(node.run('LPOP l 1 2'), "-ERR wrong number of arguments for 'lpop' command");
  assert.equal(node.run('SET s v'), 'OK');
  assert.equal(node.run('LPOP s'), '-WRONGTYPE Operation against a key holding the wrong kind of value');
});

test('a list whose first element is too large for one run of bytes gives it back first', () => {
  const node = new CommandNode();
  node.call('RPUSH', 'l', 'a'.repeat(4253), 'b');
  node.call('RPUSH', 'l', 'c'.repeat(4744), 'd');
  assert.equal(node.call('LPOP', 'l'), 'a'.repeat(4253));
  assert.equal(node.run('LLEN l'), 3);
  assert.deepEqual(node.run('LRANGE l 0 -1'), ['b', 'c'.repeat(4744), 'd']);
  assert.equal(node.call('LPOP', 'l'), 'b');
  assert.equal(node.call('RPOP', 'l'), 'd');
  assert.equal(node.call('RPOP', 'l'), 'c'.repeat(4744));
  assert.equal(node.run('EXISTS l'), 0);
});
