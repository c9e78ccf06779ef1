import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Rig } from '../command-rig.ts';

test('WAIT finds no replica, at once', () => {
  const client = new Rig().connect();
  assert.equal(client.send('WAIT', '0', '0'), ':0\r\n');
  assert.equal(client.send('WAIT', '1', '100'), ':0\r\n');
  assert.equal(client.send('WAIT', 'x', '0'), '-ERR value is not an integer or out of range\r\n');
  assert.equal(client.send('WAIT', '0', 'x'), '-ERR timeout is not an integer or out of range\r\n');
  assert.equal(client.send('WAIT', '0', '-1'), '-ERR timeout is negative\r\n');
});
