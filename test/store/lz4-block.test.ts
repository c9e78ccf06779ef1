import assert from 'node:assert/strict';
import { createRequire } from 'node:module';
import { test } from 'node:test';
import fc from 'fast-check';
import { BlockEncoder, DictionaryIndex, decodeBlock } from '../../src/store/lz4-block.ts';
import { runs } from '../runs.ts';

/** Of lz4-napi, whose blocks begin with the size of what is in them, u32 little-endian. */
interface Lz4 {
  compressSync(data: Buffer, dictionary?: Buffer): Buffer;
  uncompressSync(data: Buffer, dictionary?: Buffer): Buffer;
}

/** Undefined on a machine for which there is no binary. */
function loadLz4(): Lz4 | undefined {
  try {
    return createRequire(import.meta.url)('lz4-napi') as Lz4;
  } catch {
    return undefined;
  }
}

const lz4 = loadLz4();
const sizeBytes = 4;

const text = fc.array(fc.constantFrom('sensor', '":', '{"', 'temperature', '1', '22.5', ',', '\n', 'x'), {
  maxLength: 120,
});
const bytes = fc.oneof(
  text.map((parts) => Uint8Array.from(Buffer.from(parts.join('')))),
  fc.uint8Array({ maxLength: 300 }),
  fc.tuple(fc.nat(255), fc.nat(5000)).map(([byte, length]) => new Uint8Array(length).fill(byte)),
);

test('what is encoded is decoded, with a dictionary or none, however deep the search', () => {
  const encoder = new BlockEncoder();
  fc.assert(
    fc.property(bytes, bytes, fc.constantFrom(1, 2, 8, 64), (dictionary, value, attempts) => {
      const start = dictionary.length;
      const index = start === 0 ? undefined : new DictionaryIndex(dictionary);
      const source = Buffer.concat([dictionary, value]);
      const out = new Uint8Array(value.length * 2 + 16);
      const length = encoder.encode(source, start, source.length, index, attempts, out, out.length);
      assert.ok(length > 0);
      const back = new Uint8Array(start + value.length + 4).fill(7);
      back.set(dictionary);
      assert.ok(decodeBlock(out, 0, length, back, start, start + value.length));
      assert.deepEqual(back.slice(start, start + value.length), value);
      assert.deepEqual([...back.subarray(start + value.length)], [7, 7, 7, 7]);
    }),
    { numRuns: runs(1000) },
  );
});

test('a value that does not become small enough is given up', () => {
  const value = Uint8Array.from({ length: 200 }, (_, i) => (i * 7919) & 255);
  assert.equal(new BlockEncoder().encode(value, 0, 200, undefined, 1, new Uint8Array(400), 100), 0);
});

test('damaged blocks write nothing outside their bounds and end', () => {
  const encoder = new BlockEncoder();
  const value = Buffer.from('{"a":1,"b":2}'.repeat(20));
  const block = new Uint8Array(400);
  const length = encoder.encode(value, 0, value.length, undefined, 4, block, 400);
  fc.assert(
    fc.property(fc.nat(length - 1), fc.nat(255), fc.nat(length), (at, byte, cut) => {
      const bad = block.slice(0, length);
      bad[at] = byte;
      const out = new Uint8Array(value.length + 8).fill(7);
      decodeBlock(bad, 0, Math.max(1, cut), out, 4, 4 + value.length);
      assert.deepEqual([...out.subarray(0, 4), ...out.subarray(-4)], [7, 7, 7, 7, 7, 7, 7, 7]);
    }),
    { numRuns: runs(2000) },
  );
});

test('a long value is encoded after many short ones', () => {
  const encoder = new BlockEncoder();
  const out = new Uint8Array(200_000);
  for (let i = 0; i < 500; i++)
    encoder.encode(Buffer.from(`{"n":${i}}`.repeat(9)), 0, 63, undefined, 4, out, 400);
  const long = Buffer.from(Array.from({ length: 20_000 }, (_, i) => i % 997).join());
  const length = encoder.encode(long, 0, long.length, undefined, 4, out, out.length);
  const back = new Uint8Array(long.length);
  assert.ok(length < long.length / 3 && decodeBlock(out, 0, length, back, 0, long.length));
  assert.ok(Buffer.from(back).equals(long));
});

test('lz4-napi reads what is encoded here, and its blocks are read', {
  skip: lz4 === undefined && 'no lz4-napi',
}, () => {
  assert.ok(lz4 !== undefined);
  const encoder = new BlockEncoder();
  fc.assert(
    fc.property(bytes, bytes, fc.constantFrom(1, 8, 64), (dictionary, value, attempts) => {
      const start = dictionary.length;
      const source = Buffer.concat([dictionary, value]);
      const block = Buffer.alloc(sizeBytes + value.length * 2 + 16);
      block.writeUInt32LE(value.length);
      const index = start === 0 ? undefined : new DictionaryIndex(dictionary);
      const out = block.subarray(sizeBytes);
      const length = encoder.encode(source, start, source.length, index, attempts, out, out.length);
      const words = start === 0 ? undefined : Buffer.from(dictionary);
      const theirs = lz4.uncompressSync(block.subarray(0, sizeBytes + length), words);
      assert.deepEqual(theirs, Buffer.from(value));

      const packed = lz4.compressSync(Buffer.from(value), words);
      const back = new Uint8Array(start + value.length);
      back.set(dictionary);
      assert.ok(decodeBlock(packed, sizeBytes, packed.length, back, start, back.length));
      assert.deepEqual(back.slice(start), value);
    }),
    { numRuns: runs(500) },
  );
});
