import assert from 'node:assert/strict';
import { test } from 'node:test';
import { FerriteError } from '../../../src/base/errors.ts';
import { ExecuteResult } from '../../../src/commands/executor.ts';
import { Rig } from '../command-rig.ts';

const written = { seq: 0, records: 0, bytes: 0, durationMs: 1 };

test('SAVE answers when the snapshot is written', async () => {
  const rig = new Rig({ persistent: true });
  let finish: () => void = () => {};
  rig.journal.snapshot = () => new Promise((done) => (finish = () => done(written)));
  const client = rig.connect();
  assert.equal(client.send('SAVE'), '');
  assert.equal(client.result, ExecuteResult.deferred);
  finish();
  assert.equal(await client.later(), '+OK\r\n');
});

test('SAVE says when it fails, when one is under way and when there is no disk', async () => {
  const rig = new Rig({ persistent: true });
  const client = rig.connect();
  rig.journal.snapshot = () => Promise.reject(new FerriteError('JOURNAL_IO', 'disk full'));
  client.send('SAVE');
  assert.equal(await client.later(), '-ERR the snapshot could not be written; see the log\r\n');
  rig.journal.save.inProgress = true;
  assert.equal(client.send('SAVE'), '-ERR Background save already in progress\r\n');
  assert.equal(new Rig().connect().send('SAVE'), '-ERR persistence is off\r\n');
});
