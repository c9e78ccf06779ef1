import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Rig } from '../command-rig.ts';

test('DISCARD drops the queue and the watches', () => {
  const rig = new Rig();
  const [a, b] = [rig.connect(), rig.connect()];
  assert.equal(a.send('discard'), '-ERR DISCARD without MULTI\r\n');
  a.send('watch', 'k');
  a.send('multi');
  a.send('set', 'k', 'v');
  assert.equal(a.send('discard'), '+OK\r\n');
  assert.equal(a.send('exists', 'k'), ':0\r\n');
  b.send('set', 'k', 'w');
  a.send('multi');
  assert.equal(a.send('exec'), '*0\r\n');
});
