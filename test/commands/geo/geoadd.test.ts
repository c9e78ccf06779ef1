import assert from 'node:assert/strict';
import { test } from 'node:test';
import { CommandNode } from '../harness.ts';

test('puts places', () => {
  const node = new CommandNode();
  assert.deepEqual(node.run('GEOADD g 13.361389 38.115556 Palermo 15.087269 37.502669 Catania'), 2);
  assert.deepEqual(node.run('GEOADD g CH 13.361389 38.115556 Palermo 15.087269 37.502669 Catania'), 0);
  assert.deepEqual(node.run('ZSCORE g Palermo'), '3479099956230698');
  assert.deepEqual(node.run('GEOADD g XX 1 1 no'), 0);
  assert.deepEqual(node.run('GEOADD g 200 1 x'), '-ERR invalid longitude,latitude pair 200.000000,1.000000');
  assert.deepEqual(node.run('GEOADD g -inf 1 x'), '-ERR invalid longitude,latitude pair -inf,1.000000');
  assert.deepEqual(node.run('GEOADD g 1 1 a 2 2'), '-ERR syntax error');
  assert.deepEqual(node.run('GEOADD g x 1 a'), '-ERR value is not a valid float');
});
