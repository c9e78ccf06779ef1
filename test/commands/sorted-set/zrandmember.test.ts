import assert from 'node:assert/strict';
import { test } from 'node:test';
import { CommandNode } from '../harness.ts';

test('draws members', () => {
  const node = new CommandNode();
  assert.equal(node.run('ZRANDMEMBER z'), null);
  assert.deepEqual(node.run('ZRANDMEMBER z 3'), []);
  for (let i = 0; i < 300; i++) node.call('ZADD', 'z', i, `m${i}`);
  const drawn = node.run('ZRANDMEMBER z 50') as string[];
  assert.equal(new Set(drawn).size, 50);
  assert.equal((node.run('ZRANDMEMBER z -500') as string[]).length, 500);
  assert.equal((node.run('ZRANDMEMBER z 1000 WITHSCORES') as string[]).length, 600);
  assert.match(String(node.run('ZRANDMEMBER z')), /^m\d+$/);
  assert.equal(node.run('ZRANDMEMBER z 1 x'), '-ERR syntax error');
  assert.equal(node.run('ZRANDMEMBER z -16777217'), '-ERR value is out of range');
  assert.equal(node.run('ZRANDMEMBER z 5000000000000000000 WITHSCORES'), '-ERR value is out of range');
  assert.equal(node.run('ZRANDMEMBER z x'), '-ERR value is not an integer or out of range');
});
