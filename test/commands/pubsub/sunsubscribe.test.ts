import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Rig } from '../command-rig.ts';

test('SUNSUBSCRIBE ends what it names, or everything, and tells of each', () => {
  const a = new Rig().connect();
  a.send('ssubscribe', 'a', 'b');
  assert.equal(a.send('sunsubscribe', 'a'), '*3\r\n$12\r\nsunsubscribe\r\n$1\r\na\r\n:1\r\n');
  assert.equal(a.send('sunsubscribe'), '*3\r\n$12\r\nsunsubscribe\r\n$1\r\nb\r\n:0\r\n');
  assert.equal(a.send('sunsubscribe'), '*3\r\n$12\r\nsunsubscribe\r\n$-1\r\n:0\r\n');
  assert.equal(a.session.mode, 0);
});
