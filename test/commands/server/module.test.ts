import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Rig } from '../command-rig.ts';

test('there are no modules, and none can be loaded', () => {
  const client = new Rig().connect();
  assert.equal(client.send('MODULE', 'LIST'), '*0\r\n');
  for (const args of [
    ['LOAD', 'x.so'],
    ['LOADEX', 'x.so'],
    ['UNLOAD', 'x'],
  ]) {
    assert.equal(client.send('MODULE', ...args), '-ERR modules are not supported by this server\r\n');
  }
});
