import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { expectedMax, KeyHash } from '../../src/store/hash.ts';

test('a key has the same hash wherever it lies, and another under another seed', () => {
  const hash = new KeyHash(1, 2);
  const key = Buffer.from('sensor:17');
  const value = hash.of(key, 0, key.length);
  assert.equal(hash.of(Buffer.concat([Buffer.alloc(7), key]), 7, key.length), value);
  assert.equal(hash.of(Buffer.concat([Buffer.alloc(20_000), key]), 20_000, key.length), value);
  assert.notEqual(new KeyHash(1, 3).of(key, 0, key.length), value);
  assert.notEqual(hash.of(key, 0, key.length - 1), value);
});

test('keys that are expected have the hash that they have anyway, in whatever order they are asked for', () => {
  const range = fc.tuple(fc.nat(400), fc.nat(40));
  fc.assert(
    fc.property(
      fc.array(range, { maxLength: 40 }),
      fc.array(range),
      fc.uint8Array({ minLength: 441, maxLength: 441 }),
      (keys, asked, bytes) => {
        const plain = new KeyHash(5, 6);
        const hash = new KeyHash(5, 6);
        const buf = Buffer.alloc(441);
        buf.set(bytes);
        const inOrder = keys.sort(([a], [b]) => a - b);
        for (const [offset, length] of inOrder) hash.expect(buf, offset, length);
        for (const [offset, length] of [...inOrder, ...asked]) {
          assert.equal(hash.of(buf, offset, length), plain.of(buf, offset, length));
        }
        hash.expectNone();
        buf.fill(0x55);
        for (const [offset, length] of keys) {
          assert.equal(hash.of(buf, offset, length), plain.of(buf, offset, length));
        }
      },
    ),
  );
});

test('so many keys are expected and no more', () => {
  const hash = new KeyHash(1, 2);
  const buf = Buffer.alloc(expectedMax + 1);
  for (let i = 0; i < expectedMax; i++) assert.ok(hash.expect(buf, i, 1));
  assert.ok(!hash.expect(buf, expectedMax, 1));
  assert.equal(hash.expectedCount, expectedMax);
});

test('the hash is the same from version to version, so that snapshots come in the order of the tables', () => {
  const hash = new KeyHash(1, 2);
  const bytes = Buffer.from(Array.from({ length: 64 }, (_, i) => (i * 37) & 255));
  const large = Buffer.concat([bytes, Buffer.alloc(20_000)]);
  const lengths = [0, 1, 2, 3, 4, 7, 8, 9, 20, 33];
  for (const buf of [bytes, large]) {
    assert.deepEqual(
      lengths.map((length) => hash.of(buf, 3, length)),
      [
        -1268412359, 2062639028, 719989562, -1569464460, 2013209534, -1775394438, -162128843, 788064628,
        2110538570, 1713818490,
      ],
    );
  }
});

test('a key for which a place was kept is expected once that is confirmed', () => {
  const hash = new KeyHash(5, 6);
  const plain = new KeyHash(5, 6);
  const buf = Buffer.from('key:1 member:1 key:2 member:2');
  assert.ok(hash.expect(buf, 0, 5));
  const place = hash.expectPerhaps(buf, 6);
  assert.ok(hash.expect(buf, 15, 5));
  const other = hash.expectPerhaps(buf, 21);
  assert.equal(hash.confirm(other, 8), plain.of(buf, 21, 8));
  assert.equal(hash.hashes[other], plain.of(buf, 21, 8));
  assert.ok(place >= 0 && place < other);
  for (const [offset, length] of [
    [0, 5],
    [6, 8],
    [15, 5],
    [21, 8],
  ] as const) {
    assert.equal(hash.of(buf, offset, length), plain.of(buf, offset, length));
  }
  for (let i = hash.expectedCount; i < expectedMax; i++) assert.ok(hash.expect(buf, 29, 0));
  assert.equal(hash.expectPerhaps(buf, 29), -1);
});
