import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Rig } from '../command-rig.ts';

test('the cache of scripts is empty and can be emptied', () => {
  const client = new Rig().connect();
  assert.equal(client.send('SCRIPT', 'FLUSH'), '+OK\r\n');
  assert.equal(client.send('SCRIPT', 'FLUSH', 'async'), '+OK\r\n');
  assert.equal(client.send('SCRIPT', 'FLUSH', 'x'), '-ERR SCRIPT FLUSH only support SYNC|ASYNC option\r\n');
  assert.equal(client.send('SCRIPT', 'EXISTS', 'a', 'b'), '*2\r\n:0\r\n:0\r\n');
  assert.equal(client.send('SCRIPT', 'KILL'), '-NOTBUSY No scripts in execution right now.\r\n');
});

test('no script gets in', () => {
  const client = new Rig().connect();
  const refusal = '-ERR Lua scripts and functions are not supported by this server\r\n';
  assert.equal(client.send('SCRIPT', 'LOAD', 'return 1'), refusal);
  assert.equal(client.send('SCRIPT', 'DEBUG', 'YES'), refusal);
});
