import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Rig } from '../command-rig.ts';

test('COMMAND GETKEYS finds the keys', () => {
  const client = new Rig().connect();
  const keys = (...args: string[]): string => client.send('COMMAND', 'GETKEYS', ...args);
  assert.equal(keys('get', 'x'), '*1\r\n$1\r\nx\r\n');
  assert.equal(keys('SET', 'x', 'v', 'EX', '1'), '*1\r\n$1\r\nx\r\n');
  assert.equal(keys('object', 'encoding', 'x'), '*1\r\n$1\r\nx\r\n');
  assert.equal(keys('foo', 'x'), '-ERR Invalid command specified\r\n');
  assert.equal(keys('ping'), '-ERR The command has no key arguments\r\n');
  assert.equal(keys('config', 'get', 'x'), '-ERR The command has no key arguments\r\n');
  assert.equal(keys('get'), '-ERR Invalid number of arguments specified for command\r\n');
  assert.equal(
    client.send('COMMAND', 'GETKEYS'),
    "-ERR wrong number of arguments for 'command|getkeys' command\r\n",
  );
});
