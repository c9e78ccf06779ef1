import assert from 'node:assert/strict';
import { test } from 'node:test';
import { CommandNode } from '../harness.ts';

test('searches a circle, and may store what it finds', () => {
  const node = new CommandNode();
  assert.deepEqual(node.run('GEOADD g 13.361389 38.115556 Palermo 15.087269 37.502669 Catania'), 2);
  assert.deepEqual(node.run('GEORADIUS g 15 37 200 km ASC'), ['Catania', 'Palermo']);
  assert.deepEqual(node.run('GEORADIUS_RO g 15 37 100 km WITHDIST'), [['Catania', '56.4413']]);
  assert.deepEqual(node.run('GEORADIUSBYMEMBER g Palermo 200 km'), ['Palermo', 'Catania']);
  assert.deepEqual(node.run('GEORADIUSBYMEMBER_RO g Palermo 1 km'), ['Palermo']);
  assert.deepEqual(node.run('GEORADIUS g 15 37 200 km STORE d'), 2);
  assert.deepEqual(node.run('ZCARD d'), 2);
  assert.deepEqual(node.run('GEORADIUS_RO g 15 37 200 km STORE d'), '-ERR syntax error');
  assert.deepEqual(
    node.run('GEORADIUS g 15 37 200 km STORE d WITHDIST'),
    '-ERR STORE option in GEORADIUS is not compatible with WITHDIST, WITHHASH and WITHCOORD options',
  );
});
