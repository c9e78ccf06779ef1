import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Rig } from '../command-rig.ts';

test('SSUBSCRIBE delivers what SPUBLISH sends, and counts shard channels alone', () => {
  const rig = new Rig();
  const [a, p] = [rig.connect(), rig.connect()];
  a.send('subscribe', 'x');
  assert.equal(a.send('ssubscribe', 's'), '*3\r\n$10\r\nssubscribe\r\n$1\r\ns\r\n:1\r\n');
  assert.equal(p.send('spublish', 's', 'm'), ':1\r\n');
  assert.equal(a.pushed(), '*3\r\n$8\r\nsmessage\r\n$1\r\ns\r\n$1\r\nm\r\n');
});
