import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Rig } from '../command-rig.ts';

test('PUNSUBSCRIBE ends what it names, or everything, and tells of each', () => {
  const a = new Rig().connect();
  a.send('psubscribe', 'a', 'b');
  assert.equal(a.send('punsubscribe', 'a'), '*3\r\n$12\r\npunsubscribe\r\n$1\r\na\r\n:1\r\n');
  assert.equal(a.send('punsubscribe'), '*3\r\n$12\r\npunsubscribe\r\n$1\r\nb\r\n:0\r\n');
  assert.equal(a.send('punsubscribe'), '*3\r\n$12\r\npunsubscribe\r\n$-1\r\n:0\r\n');
  assert.equal(a.session.mode, 0);
});
