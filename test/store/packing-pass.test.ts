import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Encoding } from '../../src/store/entry.ts';
import { valueForms } from '../../src/store/packing-pass.ts';
import type { Store } from '../../src/store/store.ts';
import { TestNode } from './fleet.ts';
import { sensorValues } from './sensor-values.ts';

function put(store: Store, name: string, value: Buffer, deadlineMs = 0): void {
  const key = Buffer.from(name);
  store.strings.set(store.keyspace(0), key, 0, key.length, value, 0, value.length, deadlineMs);
}

function entryOf(store: Store, name: string): number {
  const key = Buffer.from(name);
  return store.find(store.keyspace(0), store.hash.of(key, 0, key.length), key, 0, key.length);
}

test('values are packed as they are written, and those from before by a pass', () => {
  const { store } = new TestNode('a', { memoryBytes: 16 * 1024 * 1024, keepsDead: false });
  const values = sensorValues(3000);
  for (const [i, value] of values.entries()) {
    put(store, `early:${i}`, value, i % 5 === 0 ? store.nowMs + 1e9 : 0);
  }
  const plainBytes = store.arena.liveBytes;
  assert.equal(valueForms(store).packed, 0);
  store.compression.level = 3;
  for (const [i, value] of values.entries()) put(store, `late:${i}`, value);
  while (store.packing.slice(256));
  assert.equal(store.packing.slice(256), false);
  const forms = valueForms(store);
  assert.ok(forms.packed > 5800, String(forms.packed));
  assert.ok(forms.plainBytes / forms.packedBytes > 2.5);
  assert.ok(store.arena.liveBytes < plainBytes * 1.1);
  values.forEach((value, i) => {
    for (const name of [`early:${i}`, `late:${i}`])
      assert.ok(store.strings.copy(entryOf(store, name)).equals(value));
  });
  assert.equal(store.entries.deadline(entryOf(store, 'early:5')), store.nowMs + 1e9);
  assert.equal(store.entries.deadline(entryOf(store, 'early:6')), 0);
});

test('values that change in pieces stay plain until the next pass', () => {
  const { store } = new TestNode('a');
  store.compression.level = 1;
  const key = Buffer.from('k');
  put(store, 'k', Buffer.from('ab'.repeat(500)));
  assert.equal(store.entries.encoding(entryOf(store, 'k')), Encoding.lz4);
  store.strings.patch(store.keyspace(0), key, 0, 1, 1000, Buffer.from('!'), 0, 1);
  assert.equal(store.entries.encoding(entryOf(store, 'k')), Encoding.raw);
  assert.equal(store.strings.copy(entryOf(store, 'k')).toString(), `${'ab'.repeat(500)}!`);
});

test('a packed value is plain in what travels', () => {
  const from = new TestNode('a');
  const to = new TestNode('b');
  from.store.compression.level = 6;
  for (const [i, value] of sensorValues(400).entries()) from.run((store) => put(store, `k${i}`, value));
  for (const batch of from.history) to.join(batch, from);
  assert.deepEqual(to.visible(), from.visible());
  assert.deepEqual(to.picture(), from.picture());
});
