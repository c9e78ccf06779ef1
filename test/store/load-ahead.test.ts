import assert from 'node:assert/strict';
import { test } from 'node:test';
import { BatchReader } from '../../src/delta/batch-reader.ts';
import { TestNode } from './fleet.ts';

/** Puts, removals and counts in two databases, some keys several times, as one block. */
function blockOf(node: TestNode): Buffer {
  node.run((store) => {
    const [ks, other] = [store.keyspace(0), store.keyspace(3)];
    for (let n = 0; n < 3000; n++) {
      const key = Buffer.from(`key:${n % 2500}`);
      const value = Buffer.from(`v${n}`);
      store.strings.set(ks, key, 0, key.length, value, 0, value.length, 0);
      if (n % 100 === 99) store.remove(ks, key, 0, key.length);
      if (n % 50 === 49) store.strings.count(other, Buffer.from('counter'), 0, 7, n);
    }
  });
  return node.history[0]!;
}

test('what is looked at ahead is joined to the same, also where the next block lies in its place', () => {
  const origin = new TestNode('a');
  const block = blockOf(origin);
  const copy = new TestNode('b');
  const { store } = copy;
  const [reader, ahead] = [new BatchReader(store.origins), new BatchReader(store.origins)];
  const buf = Buffer.alloc(block.length + 7);
  for (const start of [0, 7]) {
    block.copy(buf, start);
    for (const d of [reader, ahead]) d.open(buf, start, start + block.length);
    let loaded = 0;
    while (reader.next()) {
      if (loaded === 0) loaded = store.loadAhead(ahead);
      assert.ok(loaded > 0);
      loaded -= 1;
      store.join(reader, undefined, true);
    }
    assert.equal(loaded, 0);
    assert.equal(store.loadAhead(ahead), 0);
    store.endBlock();
    assert.equal(store.hash.expectedCount, 0);
  }
  assert.deepEqual(copy.picture(), origin.picture());
});
