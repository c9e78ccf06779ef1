import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Rig } from '../command-rig.ts';

test('QUIT answers OK and closes, also before AUTH', () => {
  const client = new Rig({ password: 'secret' }).connect();
  assert.equal(client.send('QUIT'), '+OK\r\n');
  assert.equal(client.session.closing, true);
});
