import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Rig } from '../command-rig.ts';

test('SPUBLISH reaches subscribers of the shard channel only', () => {
  const rig = new Rig();
  const [a, p] = [rig.connect(), rig.connect()];
  a.send('subscribe', 'c');
  assert.equal(p.send('spublish', 'c', 'm'), ':0\r\n');
  a.send('ssubscribe', 'c');
  assert.equal(p.send('spublish', 'c', 'm'), ':1\r\n');
});
