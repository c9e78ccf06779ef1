import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Rig } from '../command-rig.ts';

test('UNWATCH forgets the watches and the changes seen so far', () => {
  const rig = new Rig();
  const [a, b] = [rig.connect(), rig.connect()];
  assert.equal(a.send('unwatch'), '+OK\r\n');
  a.send('watch', 'k');
  b.send('set', 'k', 'v');
  assert.equal(a.send('unwatch'), '+OK\r\n');
  a.send('multi');
  assert.equal(a.send('exec'), '*0\r\n');
});
