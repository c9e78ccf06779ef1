import assert from 'node:assert/strict';
import { test } from 'node:test';
import { CommandNode } from '../harness.ts';

test('tells places, digit for digit as Redis', () => {
  const node = new CommandNode();
  assert.deepEqual(node.run('GEOADD g 13.361389 38.115556 Palermo 15.087269 37.502669 Catania'), 2);
  assert.deepEqual(node.run('GEOPOS g Palermo no'), [['13.36138933897018433', '38.11555639549629859'], null]);
  assert.deepEqual(node.run('GEOPOS none a'), [null]);
});
