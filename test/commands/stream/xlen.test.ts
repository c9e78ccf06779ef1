import assert from 'node:assert/strict';
import { test } from 'node:test';
import { CommandNode } from '../harness.ts';

test('tells how many entries there are', () => {
  const node = new CommandNode();
  assert.equal(node.run('XLEN s'), 0);
  node.run('XADD s 1 a 1');
  node.run('XADD s 2 a 1');
  assert.equal(node.run('XLEN s'), 2);
  node.run('SET k v');
  assert.match(String(node.run('XLEN k')), /WRONGTYPE/);
});
