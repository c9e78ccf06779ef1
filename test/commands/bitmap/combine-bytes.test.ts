import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { type BitOperation, combineBytes } from '../../../src/commands/bitmap/combine-bytes.ts';
import { runs } from '../../runs.ts';

const byByte: Record<BitOperation, (a: number, b: number) => number> = {
  and: (a, b) => a & b,
  or: (a, b) => a | b,
  xor: (a, b) => a ^ b,
  not: (_, b) => ~b & 255,
};

test('words and bytes give what bytes alone give, wherever the string lies', () => {
  const operation = fc.constantFrom<BitOperation[]>('and', 'or', 'xor', 'not');
  // Longer than a piece, which is 64 KiB, now and then.
  const length = fc.oneof({ weight: 9, arbitrary: fc.nat(300) }, { weight: 1, arbitrary: fc.nat(150_000) });
  fc.assert(
    fc.property(operation, length, fc.nat(7), fc.nat(255), (name, size, offset, seed) => {
      const from = Uint8Array.from(
        { length: offset + size },
        (_, i) => (Math.imul(i + seed, 40_503) >> 3) & 255,
      );
      const result = Uint8Array.from(
        { length: size + 3 },
        (_, i) => (Math.imul(i + seed, 30_011) >> 5) & 255,
      );
      const expected = result.map((byte, i) => (i < size ? byByte[name](byte, from[offset + i]!) : byte));
      combineBytes(name, result, from, offset, size);
      assert.deepEqual(result, expected);
    }),
    { numRuns: runs(300) },
  );
});
