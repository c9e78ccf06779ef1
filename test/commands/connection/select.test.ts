import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Rig } from '../command-rig.ts';

test('SELECT changes the database of one connection', () => {
  const rig = new Rig();
  const client = rig.connect();
  client.send('SET', 'k', 'zero');
  assert.equal(client.send('SELECT', '15'), '+OK\r\n');
  assert.equal(client.send('GET', 'k'), '$-1\r\n');
  assert.equal(rig.connect().send('GET', 'k'), '$4\r\nzero\r\n');
  assert.equal(client.send('SELECT', '16'), '-ERR DB index is out of range\r\n');
  assert.equal(client.send('SELECT', '-1'), '-ERR DB index is out of range\r\n');
  assert.equal(client.send('SELECT', 'x'), '-ERR value is not an integer or out of range\r\n');
  assert.equal(client.session.db, 15);
});
