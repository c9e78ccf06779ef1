import assert from 'node:assert/strict';
import { test } from 'node:test';
import { CommandNode } from '../harness.ts';

test('moves a member, and the key goes with the last one', () => {
  const node = new CommandNode();
  node.run('SADD a x y');
  assert.equal(node.run('SMOVE a b x'), 1);
  assert.equal(node.run('SMOVE a b x'), 0);
  assert.equal(node.run('SMOVE a a y'), 1);
  assert.deepEqual(node.run('SMEMBERS a'), ['y']);
  assert.equal(node.run('SMOVE a b y'), 1);
  assert.equal(node.run('EXISTS a'), 0);
  assert.deepEqual(node.run('SMEMBERS b'), ['x', 'y']);
  node.run('SET t 1');
  assert.match(String(node.run('SMOVE b t x')), /^-WRONGTYPE/);
  assert.deepEqual(node.run('SMEMBERS b'), ['x', 'y']);
});

test('a destination that has the member already is not changed', () => {
  const node = new CommandNode();
  node.run('SADD a x y');
  node.run('SADD b x');
  node.run('WATCH b');
  node.run('MULTI');
  node.run('SCARD b');
  node.rig.connect().send('SMOVE', 'a', 'b', 'x');
  assert.deepEqual(node.run('EXEC'), [1]);
  assert.deepEqual(node.run('SMEMBERS a'), ['y']);
});
