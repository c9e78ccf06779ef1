import assert from 'node:assert/strict';
import { test } from 'node:test';
import { crc32 } from 'node:zlib';
import fc from 'fast-check';
import {
  BlockForm,
  blockCountAt,
  blockFirstSeqAt,
  blockFormAt,
  blockHeaderBytes,
  blockIsForeignAt,
  blockLengthAt,
  blockRecordsAt,
  blockSourceAt,
  blockSyncedBytesAt,
  crcOf,
  isPlausibleBlock,
  sealBlock,
} from '../../src/journal/block.ts';

test('the CRC is that of zlib for every length', () => {
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 600 }), fc.nat(8), (bytes, start) => {
      const buf = Buffer.from(bytes);
      const from = Math.min(start, buf.length);
      assert.equal(crcOf(buf, from, buf.length), crc32(buf.subarray(from)));
    }),
  );
});

test('a header says what it was given', () => {
  const source = 'hub-1';
  const buf = Buffer.alloc(100, 7);
  const start = 3;
  const end = start + blockHeaderBytes + source.length + 20;
  sealBlock(buf, start, end, BlockForm.records, source, 2 ** 45 + 5, 3, 2 ** 33);
  assert.equal(blockLengthAt(buf, start), end - start);
  assert.equal(blockFirstSeqAt(buf, start), 2 ** 45 + 5);
  assert.equal(blockCountAt(buf, start), 3);
  assert.equal(blockFormAt(buf, start), BlockForm.records);
  assert.equal(blockSyncedBytesAt(buf, start), 2 ** 32 - 1);
  assert.equal(blockSourceAt(buf, start), source);
  assert.equal(blockIsForeignAt(buf, start), true);
  assert.equal(blockRecordsAt(buf, start), end - 20);
  assert.equal(buf.readUInt32LE(start), crc32(buf.subarray(start + 4, end)));
  assert.ok(isPlausibleBlock(buf, start));
  assert.equal(isPlausibleBlock(Buffer.alloc(24), 0), false);
});
