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
