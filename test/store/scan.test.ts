import assert from 'node:assert/strict';
import { test } from 'node:test';
import { BatchWriter } from '../../src/delta/batch-writer.ts';
import { StoreScan } from '../../src/store/scan.ts';
import { newStore } from './new-store.ts';

for (const [what, valueBytes, count] of [
  ['large', 40_000, 150],
  ['small', 10, 20_000],
] as const) {
  test(`a slice of ${what} values is about as long as it was to be`, () => {
    const store = newStore('a', 16 * 1024 * 1024);
    const value = Buffer.alloc(valueBytes, 'v');
    for (let i = 0; i < count; i++) {
      const key = Buffer.from(`key:${i}`);
      store.strings.set(store.keyspace(0), key, 0, key.length, value, 0, value.length, 0);
    }
    const scan = store.scan(undefined);
    assert.ok(scan instanceof StoreScan);
    const writer = new BatchWriter(store.origins);
    let [records, slices, bytesMost] = [0, 0, 0];
    let more = true;
    while (more) {
      writer.reset();
      more = scan.next(writer, 65_536);
      records += writer.count;
      slices += 1;
      bytesMost = Math.max(bytesMost, writer.pos);
    }
    assert.equal(records, count);
    assert.ok(bytesMost < 65_536 + Math.max(16 * valueBytes, 65_536), `${bytesMost} bytes`);
    assert.ok(slices <= Math.max(20, count / 2), `${slices} slices`);
  });
}
