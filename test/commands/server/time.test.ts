import assert from 'node:assert/strict';
import { test } from 'node:test';
import { buildMs } from '../../store/new-store.ts';
import { bulk, Rig } from '../command-rig.ts';

test('TIME is the turn in seconds and microseconds', () => {
  const rig = new Rig();
  rig.advance(1234);
  const client = rig.connect();
  assert.equal(client.send('TIME'), `*2\r\n${bulk(String(buildMs / 1000 + 1))}${bulk('234000')}`);
  assert.equal(client.send('TIME', 'x'), "-ERR wrong number of arguments for 'time' command\r\n");
});
