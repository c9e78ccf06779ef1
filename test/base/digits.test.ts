import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { digitCount, writeDigits } from '../../src/base/digits.ts';

const number = fc.oneof(
  fc.maxSafeNat(),
  fc.nat(),
  fc.nat(1000),
  fc.tuple(fc.nat(15), fc.constantFrom(-1, 0, 1)).map(([power, d]) => Math.max(0, 10 ** power + d)),
);

test('digits are those of the number, count of them too, and nothing else is written', () => {
  fc.assert(
    fc.property(number, (n) => {
      const out = new Uint8Array(24).fill(7);
      const from = writeDigits(n, out, 20);
      assert.equal(Buffer.from(out.subarray(from, 20)).toString(), String(n));
      assert.equal(digitCount(n), 20 - from);
      assert.ok(out.subarray(0, from).every((b) => b === 7) && out.subarray(20).every((b) => b === 7));
    }),
  );
});
