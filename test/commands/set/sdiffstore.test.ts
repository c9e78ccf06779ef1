import assert from 'node:assert/strict';
import { test } from 'node:test';
import { CommandNode } from '../harness.ts';

test('keeps the result in place of what was there', () => {
  const node = new CommandNode();
  node.run('SADD a x y');
  node.run('SADD b y z');
  node.run('SET t 1');
  assert.equal(node.run('SDIFFSTORE t a b'), 1);
  assert.equal(node.run('SCARD t'), 1);
  assert.equal(node.run('SDIFFSTORE a a b'), 1);
  assert.equal(node.run('SCARD a'), 1);
  assert.equal(node.run('SDIFFSTORE t none'), 0);
  assert.equal(node.run('EXISTS t'), 0);
});
