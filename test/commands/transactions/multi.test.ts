import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Rig } from '../command-rig.ts';

test('MULTI queues what follows, each answered with QUEUED', () => {
  const client = new Rig().connect();
  assert.equal(client.send('multi'), '+OK\r\n');
  assert.equal(client.send('set', 'k', 'v'), '+QUEUED\r\n');
  assert.equal(client.send('get', 'k'), '+QUEUED\r\n');
  assert.equal(client.send('multi'), '-ERR MULTI calls can not be nested\r\n');
  assert.equal(client.send('exec'), '*2\r\n+OK\r\n$1\r\nv\r\n');
});

test('QUIT and RESET leave a transaction at once', () => {
  const rig = new Rig();
  const client = rig.connect();
  client.send('multi');
  assert.equal(client.send('reset'), '+RESET\r\n');
  assert.equal(client.send('exec'), '-ERR EXEC without MULTI\r\n');
  client.send('multi');
  assert.equal(client.send('quit'), '+OK\r\n');
});
