import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Rig } from '../command-rig.ts';

test('there is no cluster', () => {
  const client = new Rig().connect();
  const refusal = '-ERR This instance has cluster support disabled\r\n';
  for (const args of [['CLUSTER', 'INFO'], ['CLUSTER', 'SLOTS'], ['READONLY'], ['READWRITE'], ['ASKING']]) {
    assert.equal(client.send(...args), refusal);
  }
  assert.equal(client.send('CLUSTER', 'FOO'), "-ERR unknown subcommand 'FOO'. Try CLUSTER HELP.\r\n");
  assert.equal(
    client.send('CLUSTER', 'KEYSLOT'),
    "-ERR wrong number of arguments for 'cluster|keyslot' command\r\n",
  );
  assert.equal(client.send('CLUSTER'), "-ERR wrong number of arguments for 'cluster' command\r\n");
});
