import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Rig } from '../command-rig.ts';

test('ROLE is a master without replicas', () => {
  assert.equal(new Rig().connect().send('ROLE'), '*3\r\n$6\r\nmaster\r\n:0\r\n*0\r\n');
});
