import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { Varint64, varint64BytesMax, writeVarint64 } from '../../src/delta/varint64.ts';

const greatest = 2 ** 32 - 1;
const half = fc.oneof(fc.nat(300), fc.integer({ min: 0, max: greatest }), fc.constant(greatest));
const out = new Uint8Array(varint64BytesMax + 2);
const wide = new Varint64();

test('what is written is read, and nothing of what ends early', () => {
  fc.assert(
    fc.property(half, half, (hi, lo) => {
      const end = writeVarint64(hi, lo, out, 1);
      assert.ok(end - 1 <= varint64BytesMax);
      assert.equal(wide.read(out, 1, out.length), end);
      assert.deepEqual([wide.hi, wide.lo], [hi, lo]);
      for (let cut = 1; cut < end; cut++) assert.equal(wide.read(out, 1, cut), -1);
    }),
  );
});

test('more groups than 64 bits have are none', () => {
  assert.equal(wide.read(new Uint8Array(11).fill(128), 0, 11), -1);
});
