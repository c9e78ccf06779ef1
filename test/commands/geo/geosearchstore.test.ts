import assert from 'node:assert/strict';
import { test } from 'node:test';
import { CommandNode } from '../harness.ts';

test('stores places or distances', () => {
  const node = new CommandNode();
  assert.deepEqual(node.run('GEOADD g 13.361389 38.115556 Palermo 15.087269 37.502669 Catania'), 2);
  assert.deepEqual(node.run('GEOSEARCHSTORE d g FROMLONLAT 15 37 BYRADIUS 200 km STOREDIST'), 2);
  assert.deepEqual(node.run('ZRANGE d 0 0'), ['Catania']);
  assert.deepEqual(node.run('GEOSEARCHSTORE d g FROMLONLAT 15 37 BYRADIUS 100 km'), 1);
  assert.deepEqual(node.run('ZSCORE d Catania'), '3479447370796909');
  assert.deepEqual(node.run('GEOSEARCHSTORE d g FROMLONLAT 100 7 BYRADIUS 1 km'), 0);
  assert.deepEqual(node.run('EXISTS d'), 0);
  assert.deepEqual(
    node.run('GEOSEARCHSTORE d g FROMLONLAT 1 1 BYRADIUS 1 m WITHDIST'),
    '-ERR GEOSEARCHSTORE is not compatible with WITHDIST, WITHHASH and WITHCOORD options',
  );
});
