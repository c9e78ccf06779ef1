import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Rig } from '../command-rig.ts';

test('ECHO answers its message', () => {
  const client = new Rig().connect();
  assert.equal(client.send('ECHO', 'hi'), '$2\r\nhi\r\n');
  assert.equal(client.send('ECHO', ''), '$0\r\n\r\n');
  assert.equal(client.send('ECHO'), "-ERR wrong number of arguments for 'echo' command\r\n");
});
