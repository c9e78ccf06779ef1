import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Rig } from '../command-rig.ts';

test('PING answers PONG or its message', () => {
  const client = new Rig().connect();
  assert.equal(client.send('PING'), '+PONG\r\n');
  assert.equal(client.send('PING', 'hi'), '$2\r\nhi\r\n');
  assert.equal(client.send('PING', 'a', 'b'), "-ERR wrong number of arguments for 'ping' command\r\n");
});
