import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Rig } from '../command-rig.ts';

const written = { seq: 0, records: 0, bytes: 0, durationMs: 1 };
const turns = (): Promise<void> => new Promise((done) => setTimeout(done, 5));

test('SHUTDOWN asks the node to end and says nothing', async () => {
  const rig = new Rig({ persistent: true });
  let snapshots = 0;
  rig.journal.snapshot = async () => {
    snapshots += 1;
    return written;
  };
  const client = rig.connect();
  assert.equal(client.send('SHUTDOWN'), '');
  client.send('SHUTDOWN', 'NOSAVE');
  await turns();
  assert.equal(snapshots, 0);
  client.send('shutdown', 'save', 'now', 'force');
  await turns();
  assert.equal(snapshots, 1);
  assert.deepEqual(rig.shutdowns, [{ now: false }, { now: false }, { now: false }]);
});

test('SHUTDOWN is refused while the journal has failed, unless it is forced', async () => {
  const rig = new Rig({ persistent: true });
  Object.assign(rig.journal, { failure: 'journal: ENOSPC' });
  const client = rig.connect();
  client.send('SHUTDOWN');
  assert.equal(await client.later(), '-ERR Errors trying to SHUTDOWN. Check logs.\r\n');
  assert.deepEqual(rig.shutdowns, []);
  client.send('SHUTDOWN', 'FORCE');
  await turns();
  assert.equal(rig.shutdowns.length, 1);
});

test('SHUTDOWN that fails says so, unless it is forced', async () => {
  const rig = new Rig({ persistent: true });
  rig.journal.snapshot = () => Promise.reject(new Error('disk full'));
  const client = rig.connect();
  client.send('SHUTDOWN', 'SAVE');
  assert.equal(await client.later(), '-ERR Errors trying to SHUTDOWN. Check logs.\r\n');
  assert.deepEqual(rig.shutdowns, []);
  client.send('SHUTDOWN', 'SAVE', 'FORCE');
  await turns();
  assert.deepEqual(rig.shutdowns, [{ now: true }]);
  rig.shutdownError = new Error('no end');
  client.send('SHUTDOWN');
  assert.equal(await client.later(), '-ERR Errors trying to SHUTDOWN. Check logs.\r\n');
});

test('SHUTDOWN refuses what makes no sense', () => {
  const client = new Rig().connect();
  assert.equal(client.send('SHUTDOWN', 'ABORT'), '-ERR No shutdown in progress.\r\n');
  for (const words of [['foo'], ['ABORT', 'NOW'], ['SAVE', 'NOSAVE'], ['NOSAVE', 'SAVE']]) {
    assert.equal(client.send('SHUTDOWN', ...words), '-ERR syntax error\r\n');
  }
});
