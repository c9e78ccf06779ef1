import assert from 'node:assert/strict';
import { test } from 'node:test';
import { CommandNode } from '../harness.ts';

test('tells distances', () => {
  const node = new CommandNode();
  assert.deepEqual(node.run('GEOADD g 13.361389 38.115556 Palermo 15.087269 37.502669 Catania'), 2);
  assert.deepEqual(node.run('GEODIST g Palermo Catania'), '166274.1516');
  assert.deepEqual(node.run('GEODIST g Palermo Catania km'), '166.2742');
  assert.deepEqual(node.run('GEODIST g Palermo no'), null);
  assert.deepEqual(
    node.run('GEODIST g Palermo Catania x'),
    '-ERR unsupported unit provided. please use M, KM, FT, MI',
  );
});
