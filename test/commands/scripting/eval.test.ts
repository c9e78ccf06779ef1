import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Rig } from '../command-rig.ts';

test('scripts and functions are refused in plain words', () => {
  const client = new Rig().connect();
  for (const name of ['EVAL', 'EVAL_RO', 'EVALSHA', 'EVALSHA_RO', 'FCALL', 'FCALL_RO']) {
    assert.equal(
      client.send(name, 'return 1', '0'),
      '-ERR Lua scripts and functions are not supported by this server\r\n',
    );
  }
  assert.equal(client.send('EVAL', 'x'), "-ERR wrong number of arguments for 'eval' command\r\n");
});
