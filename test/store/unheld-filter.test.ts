import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { filterHash, UnheldFilter } from '../../src/store/unheld-filter.ts';

const mb = 1024 * 1024;

function hashOf(name: string): number {
  const key = Buffer.from(`..${name}`);
  return filterHash(key, 2, key.length - 2);
}

test('what was added is found, and little else', () => {
  const filter = new UnheldFilter(8 * mb);
  for (let i = 0; i < 5000; i++) filter.add(hashOf(`in:${i}`), i % 2 === 0);
  for (let i = 0; i < 5000; i++) {
    assert.ok(filter.has(hashOf(`in:${i}`)));
    if (i % 2 === 0) assert.ok(filter.hasCounters(hashOf(`in:${i}`)));
  }
  let wrong = 0;
  for (let i = 0; i < 5000; i++) if (filter.has(hashOf(`out:${i}`))) wrong += 1;
  assert.ok(wrong < 5000 * 0.04, String(wrong));
  assert.ok(filter.bytes <= (8 * mb) / 100);
});

test('its pieces make it again, in filters of any size', () => {
  const sizes = [64 * 1024, mb, 64 * mb];
  for (const from of sizes) {
    const filter = new UnheldFilter(from);
    for (let i = 0; i < 300; i++) filter.add(hashOf(`k${i}`), i < 10);
    for (const to of sizes) {
      const copy = new UnheldFilter(to);
      for (let n = 0; n < filter.chunks; n++) {
        const piece = filter.chunk(n);
        if (piece !== undefined) assert.ok(copy.join(piece));
      }
      for (let i = 0; i < 300; i++) assert.ok(copy.has(hashOf(`k${i}`)), `${from} to ${to}`);
      for (let i = 0; i < 10; i++) assert.ok(copy.hasCounters(hashOf(`k${i}`)));
      if (from === to) assert.equal(copy.has(hashOf('other')), filter.has(hashOf('other')));
    }
  }
});

test('bytes that are no piece change nothing and do no harm', () => {
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 64 }), (bytes) => {
      const filter = new UnheldFilter(mb);
      if (filter.join(Buffer.from(bytes))) return;
      for (let n = 0; n < filter.chunks; n++) assert.equal(filter.chunk(n), undefined);
    }),
  );
});
