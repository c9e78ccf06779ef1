import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Rig } from '../command-rig.ts';

test('WATCH is not for the middle of a transaction', () => {
  const client = new Rig().connect();
  client.send('multi');
  assert.equal(client.send('watch', 'k'), '-ERR WATCH inside MULTI is not allowed\r\n');
  assert.equal(client.send('exec'), '*0\r\n');
});

test('a join of what a peer wrote spoils a watch of that key and of no other', () => {
  const rig = new Rig();
  const [a, b] = [rig.connect(), rig.connect()];
  a.send('watch', 'k');
  b.send('watch', 'other');
  rig.joinPut('k', 'k');
  for (const client of [a, b]) client.send('multi');
  assert.equal(a.send('exec'), '*-1\r\n');
  assert.equal(b.send('exec'), '*0\r\n');
});
