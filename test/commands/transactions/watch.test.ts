import assert from 'node:assert/strict';
import { test } from 'node:test';
import { BatchReader } from '../../../src/delta/batch-reader.ts';
import { BatchWriter } from '../../../src/delta/batch-writer.ts';
import { copyRecord } from '../../../src/delta/copy-record.ts';
import { Rig } from '../command-rig.ts';

test('WATCH is not for the middle of a transaction', () => {
  const client = new Rig().connect();
  client.send('multi');
  assert.equal(client.send('watch', 'k'), '-ERR WATCH inside MULTI is not allowed\r\n');
  assert.equal(client.send('exec'), '*0\r\n');
});

test('a join of what a peer wrote spoils a watch of that key and of no other', () => {
  const rig = new Rig();
  const [a, b] = [rig.connect(), rig.connect()];
  a.send('watch', 'k');
  b.send('watch', 'other');
  const { store, journal } = rig;
  const peer = store.origins.intern('peer/00000001');
  const writer = new BatchWriter(store.origins);
  const key = Buffer.from('k');
  writer.put(0, key, 0, 1, peer, store.clock.hi + 1, 0, key, 0, 1, true, 0, 0, 0, 0);
  const reader = new BatchReader(store.origins);
  reader.open(writer.buf, 0, writer.pos);
  journal.setSource('peer');
  while (reader.next()) {
    store.join(reader, undefined);
    copyRecord(reader, journal.writer);
  }
  journal.setSource('');
  for (const client of [a, b]) client.send('multi');
  assert.equal(a.send('exec'), '*-1\r\n');
  assert.equal(b.send('exec'), '*0\r\n');
});
