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
      const raw = unpackBatch(packed.subarray(frameHeaderBytes), buf.length - frameHeaderBytes);
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

test('a long batch is packed in parts, while others are packed', () => {
  const packer = new BatchPacker();
  const random = pseudoRandom(3);
  const words = Array.from({ length: 100_000 }, (_, i) => `member:${i} ${Math.floor(random() * 1e6)} `);
  const noise = Buffer.from(Array.from({ length: 700_000 }, () => random() * 256)).toString('latin1');
  const small = withHeader('abcd'.repeat(1000));
  for (const text of [words.join(''), words.join('') + noise, `${'x'.repeat(600_000)}${words.join('')}y`]) {
    const buf = Buffer.concat([Buffer.alloc(frameHeaderBytes, 7), Buffer.from(text, 'latin1')]);
    const packing = packer.packing(buf, buf.length);
    let step = packing.next();
    let parts = 1;
    for (; step.done !== true; parts++) {
      assert.ok(unpackBatch(packer.pack(small, small.length)!.subarray(frameHeaderBytes), 4000));
      step = packing.next();
    }
    assert.equal(parts, Math.ceil((buf.length - frameHeaderBytes) / (256 * 1024)));
    const packed = step.value!;
    assert.ok(packed.length < buf.length * 0.875);
    const raw = unpackBatch(packed.subarray(frameHeaderBytes), buf.length - frameHeaderBytes);
    assert.ok(raw.equals(buf.subarray(frameHeaderBytes)));
  }
  const all = Buffer.concat([Buffer.alloc(frameHeaderBytes), Buffer.from(noise, 'latin1')]);
  assert.equal(packer.pack(all, all.length), undefined);
});
