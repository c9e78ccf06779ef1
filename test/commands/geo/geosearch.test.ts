import assert from 'node:assert/strict';
import { test } from 'node:test';
import { CommandNode } from '../harness.ts';

test('finds what is in a circle or a box', () => {
  const node = new CommandNode();
  assert.deepEqual(node.run('GEOADD g 13.361389 38.115556 Palermo 15.087269 37.502669 Catania'), 2);
  assert.deepEqual(node.run('GEOSEARCH g FROMLONLAT 15 37 BYRADIUS 200 km ASC'), ['Catania', 'Palermo']);
  assert.deepEqual(node.run('GEOSEARCH g FROMMEMBER Palermo BYRADIUS 1 m WITHDIST'), [['Palermo', '0.0000']]);
  assert.deepEqual(node.run('GEOSEARCH g FROMLONLAT 15 37 BYBOX 400 400 km DESC WITHDIST'), [
    ['Palermo', '190.4424'],
    ['Catania', '56.4413'],
  ]);
  assert.deepEqual(node.run('GEOSEARCH g FROMLONLAT 15 37 BYRADIUS 200 km COUNT 1 WITHHASH'), [
    ['Catania', 3479447370796909],
  ]);
  assert.deepEqual(node.run('GEOSEARCH none FROMLONLAT 15 37 BYRADIUS 200 km'), []);
  assert.deepEqual(
    node.run('GEOSEARCH g FROMMEMBER no BYRADIUS 1 m'),
    '-ERR could not decode requested zset member',
  );
  assert.deepEqual(
    node.run('GEOSEARCH g ASC BYRADIUS 1 m COUNT 1'),
    '-ERR exactly one of FROMMEMBER or FROMLONLAT can be specified for GEOSEARCH',
  );
  assert.deepEqual(
    node.run('GEOSEARCH g FROMLONLAT 1 1 ASC COUNT 1'),
    '-ERR exactly one of BYRADIUS and BYBOX can be specified for GEOSEARCH',
  );
  assert.deepEqual(
    node.run('GEOSEARCH g FROMLONLAT 1 1 BYRADIUS 1 m ANY'),
    '-ERR the ANY argument requires COUNT argument',
  );
  assert.deepEqual(node.run('GEOSEARCH g FROMLONLAT 1 1 BYRADIUS -1 m'), '-ERR radius cannot be negative');
});
