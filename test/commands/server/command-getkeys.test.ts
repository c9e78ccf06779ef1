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

test('COMMAND GETKEYS finds keys that are counted, and those of commands with several groups', () => {
  const client = new Rig().connect();
  const keys = (...args: string[]): string => client.send('COMMAND', 'GETKEYS', ...args);
  assert.equal(keys('eval', 'x', '2', 'a', 'b', 'c'), '*2\r\n$1\r\na\r\n$1\r\nb\r\n');
  assert.equal(keys('eval', 'x', '0', 'a'), '*0\r\n');
  assert.equal(keys('eval', 'x', '3', 'a'), '-ERR Invalid arguments specified for command\r\n');
  assert.equal(keys('copy', 'a', 'b', 'DB', '1'), '*2\r\n$1\r\na\r\n$1\r\nb\r\n');
});

test('COMMAND GETKEYSANDFLAGS tells what becomes of each key', () => {
  const client = new Rig().connect();
  const keys = (...args: string[]): string => client.send('COMMAND', 'GETKEYSANDFLAGS', ...args);
  assert.equal(keys('set', 'a', 'v'), '*1\r\n*2\r\n$1\r\na\r\n*2\r\n+OW\r\n+update\r\n');
  assert.equal(keys('set', 'a', 'v', 'GET'), '*1\r\n*2\r\n$1\r\na\r\n*3\r\n+RW\r\n+access\r\n+update\r\n');
  assert.equal(
    keys('rename', 'a', 'b'),
    '*2\r\n*2\r\n$1\r\na\r\n*3\r\n+RW\r\n+access\r\n+delete\r\n*2\r\n$1\r\nb\r\n*2\r\n+OW\r\n+update\r\n',
  );
  assert.equal(keys('ping'), '-ERR The command has no key arguments\r\n');
});
