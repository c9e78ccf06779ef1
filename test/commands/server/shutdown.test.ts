import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Rig } from '../command-rig.ts';

test('SHUTDOWN asks the node to end and says nothing', async () => {
  const rig = new Rig();
  const client = rig.connect();
  assert.equal(client.send('SHUTDOWN'), '');
  client.send('SHUTDOWN', 'NOSAVE');
  client.send('shutdown', 'save', 'now', 'force');
  assert.deepEqual(rig.shutdowns, [
    { save: false, now: false },
    { save: false, now: false },
    { save: true, now: true },
  ]);
});

test('SHUTDOWN that fails says so, unless it is forced', async () => {
  const rig = new Rig();
  rig.shutdownError = new Error('disk full');
  const client = rig.connect();
  client.send('SHUTDOWN', 'SAVE');
  assert.equal(await client.later(), '-ERR Errors trying to SHUTDOWN. Check logs.\r\n');
  client.send('SHUTDOWN', 'SAVE', 'FORCE');
  await client.later();
  assert.deepEqual(rig.shutdowns.at(-1), { save: false, now: true });
});

test('SHUTDOWN refuses what makes no sense', () => {
  const client = new Rig().connect();
  assert.equal(client.send('SHUTDOWN', 'ABORT'), '-ERR No shutdown in progress.\r\n');
  for (const words of [['foo'], ['ABORT', 'NOW'], ['SAVE', 'NOSAVE'], ['NOSAVE', 'SAVE']]) {
    assert.equal(client.send('SHUTDOWN', ...words), '-ERR syntax error\r\n');
  }
});
