import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Rig } from '../command-rig.ts';

test('DEBUG SLEEP blocks, the rest is unknown', () => {
  const rig = new Rig();
  const client = rig.connect();
  assert.equal(client.send('DEBUG', 'SLEEP', '0.25'), '+OK\r\n');
  assert.deepEqual(rig.slept, [250]);
  for (const seconds of ['x', '-1', '601']) {
    assert.equal(client.send('DEBUG', 'SLEEP', seconds), '-ERR value is not a valid float\r\n');
  }
  assert.equal(
    client.send('DEBUG', 'LOG', 'x'),
    "-ERR unknown subcommand or wrong number of arguments for 'LOG'. Try DEBUG HELP.\r\n",
  );
  assert.match(client.send('DEBUG', 'HELP'), /\+SLEEP <seconds>\r\n/);
});

test('DEBUG OBJECT tells of a key without touching it', () => {
  const rig = new Rig();
  const client = rig.connect();
  client.send('SET', 'a', 'v');
  rig.advance(5000);
  assert.match(
    client.send('DEBUG', 'OBJECT', 'a'),
    /^\+Value at:\d+ refcount:1 type:0 lru:\d+ lru_seconds_idle:5\r\n$/,
  );
  assert.equal(client.send('DEBUG', 'OBJECT', 'b'), '-ERR no such key\r\n');
});
