import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Rig } from '../command-rig.ts';

test('there are no libraries, and they can be listed and flushed', () => {
  const client = new Rig().connect();
  assert.equal(client.send('FUNCTION', 'FLUSH'), '+OK\r\n');
  assert.equal(client.send('FUNCTION', 'FLUSH', 'SYNC'), '+OK\r\n');
  assert.equal(
    client.send('FUNCTION', 'FLUSH', 'x'),
    '-ERR FUNCTION FLUSH only supports SYNC|ASYNC option\r\n',
  );
  assert.equal(client.send('FUNCTION', 'LIST'), '*0\r\n');
  assert.equal(client.send('FUNCTION', 'LIST', 'LIBRARYNAME', '*', 'WITHCODE'), '*0\r\n');
  assert.equal(client.send('FUNCTION', 'LIST', 'x'), '-ERR Unknown argument x\r\n');
  assert.equal(
    client.send('FUNCTION', 'LIST', 'LIBRARYNAME'),
    '-ERR library name argument was not given\r\n',
  );
  assert.equal(
    client.send('FUNCTION', 'STATS'),
    '*4\r\n$14\r\nrunning_script\r\n$-1\r\n$7\r\nengines\r\n*0\r\n',
  );
  assert.equal(client.send('FUNCTION', 'DELETE', 'x'), '-ERR Library not found\r\n');
  assert.equal(client.send('FUNCTION', 'KILL'), '-NOTBUSY No scripts in execution right now.\r\n');
});

test('no function gets in', () => {
  const client = new Rig().connect();
  const refusal = '-ERR Lua scripts and functions are not supported by this server\r\n';
  for (const args of [['LOAD', 'x'], ['RESTORE', 'x'], ['DUMP']]) {
    assert.equal(client.send('FUNCTION', ...args), refusal);
  }
});
