import assert from 'node:assert/strict';
import { test } from 'node:test';
import { BatchReader } from '../../src/delta/batch-reader.ts';
import { DeltaKind } from '../../src/delta/kinds.ts';
import { TestNode } from './fleet.ts';
import { buildMs } from './new-store.ts';

function nodeWith(count: number, keepsDead: boolean): TestNode {
  const node = new TestNode('n', { keepsDead });
  for (let n = 0; n < count; n++) {
    const key = Buffer.from(`key:${n}`);
    node.run(({ strings, keyspaces }) =>
      strings.set(keyspaces[n % 3]!, key, 0, key.length, key, 0, key.length, buildMs + 10 + n),
    );
  }
  return node;
}

test('a sweep goes round the keyspaces and purges what has expired, no more than it is asked to look at', () => {
  const node = nodeWith(600, false);
  const { store } = node;
  node.setTime(buildMs + 10 + 299);
  assert.equal(store.expiry.slice(100_000), 300);
  assert.equal(store.counts().keys, 300);
  assert.equal(store.expiredCount, 300);
  node.setTime(buildMs + 10_000);
  const first = store.expiry.slice(1);
  assert.ok(first > 0 && first < 300, `${first}`);
  let purged = first;
  while (store.counts().keys > 0) purged += store.expiry.slice(1);
  assert.equal(purged, 300);
  assert.equal(store.counts().tombs, 0);
});

test('nothing is purged while work is in the midst of keys, or while what has expired is held', () => {
  const node = nodeWith(10, false);
  const { store } = node;
  node.setTime(buildMs + 10_000);
  store.holdsExpired = true;
  assert.equal(store.expiry.slice(1000), 0);
  store.holdsExpired = false;
  assert.equal(store.expiry.slice(1000), 10);
});

test('where a peer may know a key, what was known of it stays, and the purge is recorded', () => {
  const node = nodeWith(3, true);
  node.setTime(buildMs + 10_000);
  node.run((store) => assert.equal(store.expiry.slice(1000), 3));
  assert.deepEqual(node.store.counts(), { keys: 0, tombs: 3 });
  const reader = new BatchReader(node.store.origins);
  const batch = node.history.at(-1)!;
  reader.open(batch, 0, batch.length);
  let forgotten = 0;
  while (reader.next()) if (reader.kind === DeltaKind.forget) forgotten += 1;
  assert.equal(forgotten, 3);
});

test('without memory for a tomb the key goes all the same, and the horizon tells of it', () => {
  const node = nodeWith(1, true);
  const { store } = node;
  store.keyspace(0).trySave = () => false;
  node.setTime(buildMs + 10_000);
  node.run(() => assert.equal(store.expiry.slice(1000), 1));
  assert.deepEqual(store.counts(), { keys: 0, tombs: 0 });
  assert.ok(store.horizon.stampOf(store.self) > 0);
  assert.equal(store.graveyard.sweep(1, 0), 1);
});
