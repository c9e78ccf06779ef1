import assert from 'node:assert/strict';
import { test } from 'node:test';
import { CommandNode } from '../harness.ts';

test('tells geohashes', () => {
  const node = new CommandNode();
  assert.deepEqual(node.run('GEOADD g 13.361389 38.115556 Palermo 15.087269 37.502669 Catania'), 2);
  assert.deepEqual(node.run('GEOHASH g Palermo Catania no'), ['sqc8b49rny0', 'sqdtr74hyu0', null]);
});
