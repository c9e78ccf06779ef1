import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { FerriteError } from '../../src/base/errors.ts';
import { BatchPacker, packedRawBytesMax, unpackBatch } from '../../src/sync/batch-packer.ts';
import { frameHeaderBytes } from '../../src/sync/frame.ts';
import { pseudoRandom } from '../pseudo-random.ts';
import { runs } from '../runs.ts';

function withHeader(text: string): Buffer {
  return Buffer.concat([Buffer.alloc(frameHeaderBytes, 7), Buffer.from(text)]);
}

test('what is packed comes back, whatever was packed before', () => {
  const packer = new BatchPacker();
  const word = fc.constantFrom('sensor:', '22.5', 'temperature', '\u0007\u0007\u0007\u0007', 'x');
  fc.assert(
    fc.property(fc.array(word, { minLength: 100, maxLength: 2000 }), (words) => {
      const buf = withHeader(words.join(''));
      const packed = packer.pack(buf, buf.length);
      if (packed === undefined) return;
      const raw = unpackBatch(
        packed.buf.subarray(frameHeaderBytes, packed.end),
        buf.length - frameHeaderBytes,
      );
      assert.ok(raw.equals(buf.subarray(frameHeaderBytes)));
    }),
    { numRuns: runs(50) },
  );
});

test('what is small or does not shrink is left as it is', () => {
  const packer = new BatchPacker();
  const small = withHeader('x'.repeat(255));
  assert.equal(packer.pack(small, small.length), undefined);
  const random = pseudoRandom(1);
  const noise = Buffer.from(Array.from({ length: 10_000 }, () => random() * 256));
  assert.equal(packer.pack(noise, noise.length), undefined);
});

test('a size that lies is refused before memory is taken for it, and garbage after', () => {
  const bytes = Buffer.from('27 bytes that claim 4 GB...');
  for (const rawBytes of [2 ** 32 - 1, packedRawBytesMax + 1, bytes.length * 255 + 1]) {
    assert.throws(() => unpackBatch(bytes, rawBytes), /cannot hold/);
  }
  fc.assert(
    fc.property(
      fc.uint8Array({ minLength: 1, maxLength: 200 }),
      fc.integer({ min: 1, max: 5000 }),
      (raw, size) => {
        try {
          assert.equal(unpackBatch(Buffer.from(raw), size).length, size);
        } catch (error) {
          assert.ok(error instanceof FerriteError && error.code === 'LINK_PROTOCOL');
        }
      },
    ),
  );
});
