import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Rig } from '../command-rig.ts';

test('PUBLISH replies with how many clients it reached, a client once for each subscription', () => {
  const rig = new Rig();
  const [a, b, p] = [rig.connect(), rig.connect(), rig.connect()];
  a.send('subscribe', 'c');
  b.send('subscribe', 'c');
  b.send('psubscribe', 'c*');
  assert.equal(p.send('publish', 'c', 'm'), ':3\r\n');
  assert.equal(p.send('publish', 'd', 'm'), ':0\r\n');
});
