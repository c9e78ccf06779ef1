import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Rig } from '../command-rig.ts';

test('a node is a master and stays one', () => {
  const client = new Rig().connect();
  assert.equal(client.send('REPLICAOF', 'NO', 'ONE'), '+OK\r\n');
  assert.equal(client.send('SLAVEOF', 'no', 'one'), '+OK\r\n');
  assert.match(client.send('REPLICAOF', 'localhost', '6379'), /^-ERR this server is no replica of Redis/);
  assert.equal(client.send('FAILOVER'), '-ERR FAILOVER requires connected replicas.\r\n');
  assert.equal(client.send('FAILOVER', 'ABORT'), '-ERR No failover in progress.\r\n');
});
