import assert from 'node:assert/strict';
import { test } from 'node:test';
import { CommandNode } from '../harness.ts';

test('a key that is there', () => {
  const node = new CommandNode();
  assert.equal(node.run('RANDOMKEY'), null);
  node.run('MSET a 1 b 2 c 3');
  const seen = new Set(Array.from({ length: 200 }, () => node.run('RANDOMKEY')));
  assert.deepEqual([...seen].sort(), ['a', 'b', 'c']);
});

test('never an expired one', () => {
  const node = new CommandNode();
  for (let i = 0; i < 300; i++) node.call('SET', `k${i}`, 'v', 'PX', 10);
  node.run('SET stays v');
  node.advance(10);
  assert.equal(node.run('RANDOMKEY'), 'stays');
  node.run('DEL stays');
  assert.equal(node.run('RANDOMKEY'), null);
  assert.equal(node.run('DBSIZE'), 0);
});
