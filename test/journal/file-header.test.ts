import assert from 'node:assert/strict';
import { test } from 'node:test';
import { crcOf } from '../../src/journal/block.ts';
import {
  decodeHeader,
  encodeHeader,
  headerBytes,
  isUnfinished,
  jumpFlag,
  Magic,
  segmentName,
  segmentSeqOf,
  snapshotName,
  snapshotSeqOf,
} from '../../src/journal/file-header.ts';

test('a header says what it was given, and any changed bit is noticed', () => {
  const header = {
    flags: jumpFlag,
    id: '0123456789abcdef',
    seed: [2 ** 32 - 1, 5] as const,
    seq: 2 ** 50 + 1,
    ownSeq: 7,
    a: 2 ** 33,
    b: 9,
  };
  const bytes = encodeHeader(Magic.segment, header);
  assert.deepEqual(decodeHeader(Magic.segment, bytes, 0), header);
  assert.equal(decodeHeader(Magic.snapshot, bytes, 0), 'not a file of this kind');
  assert.equal(decodeHeader(Magic.segment, bytes.subarray(0, 63), 0), 'shorter than a header');
  for (let bit = 0; bit < 64 * 8; bit++) {
    const bad = Buffer.from(bytes);
    bad[bit >> 3] = bad[bit >> 3]! ^ (1 << (bit & 7));
    assert.equal(typeof decodeHeader(Magic.segment, bad, 0), 'string');
  }
});

test('a header of another version is told from a damaged one', () => {
  const header = { flags: 0, id: '0123456789abcdef', seed: [0, 0] as const, seq: 0, ownSeq: 0, a: 0, b: 0 };
  const bytes = encodeHeader(Magic.segment, header);
  bytes.writeUInt16LE(1, 12);
  assert.equal(decodeHeader(Magic.segment, bytes, 0), 'header CRC mismatch');
  bytes.writeUInt32LE(crcOf(bytes, 12, headerBytes), 8);
  assert.throws(() => decodeHeader(Magic.segment, bytes, 0), { code: 'JOURNAL_VERSION' });
});

test('names sort as records do and are told apart', () => {
  assert.ok(segmentName(9) < segmentName(10));
  assert.equal(segmentSeqOf(segmentName(2 ** 52)), 2 ** 52);
  assert.equal(snapshotSeqOf(snapshotName(5)), 5);
  assert.equal(segmentSeqOf(snapshotName(5)), undefined);
  assert.equal(segmentSeqOf(`${segmentName(5)}.corrupt`), undefined);
  assert.ok(isUnfinished('snapshot-0000000000000005.tmp'));
});
