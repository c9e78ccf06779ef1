import assert from 'node:assert/strict';
import { test } from 'node:test';
import { CommandNode } from '../harness.ts';

test('counts what is in all, up to a limit', () => {
  const node = new CommandNode();
  node.run('SADD a x y z');
  node.run('SADD b y z q');
  assert.equal(node.run('SINTERCARD 2 a b'), 2);
  assert.equal(node.run('SINTERCARD 2 a b LIMIT 1'), 1);
  assert.equal(node.run('SINTERCARD 2 a b LIMIT 0'), 2);
  assert.equal(node.run('SINTERCARD 0 a'), '-ERR numkeys should be greater than 0');
  assert.equal(node.run('SINTERCARD 3 a b'), "-ERR Number of keys can't be greater than number of args");
  assert.equal(node.run('SINTERCARD 2 a b LIMIT -1'), "-ERR LIMIT can't be negative");
  assert.equal(node.run('SINTERCARD 2 a b x'), '-ERR syntax error');
});
