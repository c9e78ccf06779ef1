import assert from 'node:assert/strict';
import { test } from 'node:test';
import { buildMs } from '../../store/new-store.ts';
import { Rig } from '../command-rig.ts';

test('LASTSAVE is when the last snapshot was completed', () => {
  const rig = new Rig();
  const client = rig.connect();
  assert.equal(client.send('LASTSAVE'), `:${buildMs / 1000}\r\n`);
  rig.journal.save.lastSaveMs = buildMs + 5999;
  assert.equal(client.send('LASTSAVE'), `:${buildMs / 1000 + 5}\r\n`);
});
