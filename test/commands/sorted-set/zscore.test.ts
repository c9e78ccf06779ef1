import assert from 'node:assert/strict';
import { test } from 'node:test';
import { CommandNode } from '../harness.ts';

test('tells a score, in RESP3 as a number', () => {
  const node = new CommandNode();
  node.run('ZADD z 1.5 a -0 b inf c');
  assert.equal(node.run('ZSCORE z a'), '1.5');
  assert.equal(node.run('ZSCORE z b'), '-0');
  assert.equal(node.run('ZSCORE z x'), null);
  assert.equal(node.run('ZSCORE no x'), null);
  node.run('HELLO 3');
  assert.equal(node.bytes('ZSCORE', 'z', 'a').toString(), ',1.5\r\n');
  assert.equal(node.bytes('ZSCORE', 'z', 'c').toString(), ',inf\r\n');
});
