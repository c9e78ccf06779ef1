import assert from 'node:assert/strict';
import { test } from 'node:test';
import { CommandNode } from '../harness.ts';

test('keeps the result in place of what was there', () => {
  const node = new CommandNode();
  node.run('SADD a x y');
  node.run('SADD b y z');
  node.run('SET t 1');
  assert.equal(node.run('SUNIONSTORE t a b'), 3);
  assert.equal(node.run('SCARD t'), 3);
  assert.equal(node.run('SUNIONSTORE a a b'), 3);
  assert.equal(node.run('SCARD a'), 3);
  assert.equal(node.run('SUNIONSTORE t none'), 0);
  assert.equal(node.run('EXISTS t'), 0);
});
