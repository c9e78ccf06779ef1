import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Rig } from '../command-rig.ts';

test('UNSUBSCRIBE ends what it names, or everything, and tells of each', () => {
  const a = new Rig().connect();
  a.send('subscribe', 'a', 'b');
  assert.equal(a.send('unsubscribe', 'a'), '*3\r\n$11\r\nunsubscribe\r\n$1\r\na\r\n:1\r\n');
  assert.equal(a.send('unsubscribe'), '*3\r\n$11\r\nunsubscribe\r\n$1\r\nb\r\n:0\r\n');
  assert.equal(a.send('unsubscribe'), '*3\r\n$11\r\nunsubscribe\r\n$-1\r\n:0\r\n');
  assert.equal(a.session.mode, 0);
});
