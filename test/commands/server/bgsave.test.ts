import assert from 'node:assert/strict';
import { test } from 'node:test';
import { type Log, silentLog } from '../../../src/base/log.ts';
import { Rig } from '../command-rig.ts';

test('BGSAVE starts a snapshot; that it fails is not for the command to log', async () => {
  const errors: string[] = [];
  const log: Log = { ...silentLog, error: (message) => errors.push(message) };
  const rig = new Rig({ persistent: true, log });
  let started = 0;
  rig.journal.snapshot = () => {
    started += 1;
    return Promise.reject(new Error('disk full'));
  };
  const client = rig.connect();
  assert.equal(client.send('BGSAVE'), '+Background saving started\r\n');
  assert.equal(client.send('BGSAVE', 'SCHEDULE'), '+Background saving started\r\n');
  assert.equal(started, 2);
  assert.equal(client.send('BGSAVE', 'foo'), '-ERR syntax error\r\n');
  rig.journal.save.inProgress = true;
  assert.equal(client.send('BGSAVE'), '-ERR Background save already in progress\r\n');
  assert.equal(new Rig().connect().send('BGSAVE'), '-ERR persistence is off\r\n');
  await new Promise(setImmediate);
  assert.deepEqual(errors, []);
});
