import assert from 'node:assert/strict';
import { test } from 'node:test';
import { BlockForm, sealBlock } from '../../src/journal/block.ts';
import { BlockScanner, isTornTail, lookBeyond, ScanStep } from '../../src/journal/block-scanner.ts';
import { ToyFiles } from './toy.ts';

/** A file of blocks of these lengths, of one record each; block i was written when `synced(i)` bytes were durable. */
function fileOf(lengths: readonly number[], synced: (i: number) => number): { files: ToyFiles; fd: number } {
  const buf = Buffer.alloc(
    lengths.reduce((a, b) => a + b, 0),
    0x5a,
  );
  let at = 0;
  lengths.forEach((length, i) => {
    sealBlock(buf, at, at + length, BlockForm.records, '', i, 1, synced(i));
    at += length;
  });
  const files = new ToyFiles();
  const fd = files.open('/data/x', 'w');
  files.write(fd, buf, 0, buf.length, 0);
  return { files, fd };
}

test('blocks of all sizes are met in order through a small window', () => {
  const lengths = Array.from({ length: 200 }, (_, i) => 24 + ((i * 37) % 300));
  lengths[50] = 5000;
  const { files, fd } = fileOf(lengths, () => 0);
  const scanner = new BlockScanner(files, 256);
  scanner.open(fd, 0, files.bytesOf(fd));
  let offset = 0;
  for (const length of lengths) {
    assert.equal(scanner.next(), ScanStep.block);
    assert.equal(scanner.offset, offset);
    assert.equal(scanner.end - scanner.start, length);
    offset += length;
  }
  assert.equal(scanner.next(), ScanStep.end);
});

test('a hole of zeros with sound blocks behind it is torn unless they say that it was durable', () => {
  for (const durable of [false, true]) {
    const { files, fd } = fileOf(new Array(40).fill(100), (i) => (durable && i > 30 ? 3000 : 0));
    files.write(fd, Buffer.alloc(1024), 0, 1024, 1024);
    const beyond = lookBeyond(files, fd, 1000, files.bytesOf(fd), 10);
    assert.equal(beyond.offset, 2100);
    assert.equal(beyond.hasLostSector, true);
    assert.equal(isTornTail(beyond, 1000), !durable);
  }
});

test('a changed byte with sound blocks behind it is damage, with none it is torn', () => {
  const { files, fd } = fileOf(new Array(10).fill(100), () => 0);
  files.write(fd, Buffer.from([1]), 0, 1, 430);
  assert.equal(isTornTail(lookBeyond(files, fd, 400, 1000, 4), 400), false);
  assert.equal(isTornTail(lookBeyond(files, fd, 400, 500, 4), 400), true);
});

test('a torn block full of what looks like headers costs one look at its bytes', () => {
  // Each of the 50,000 claims all that follows: to check one after the other would be to read 30 GB.
  const bytes = 1_200_000;
  const buf = Buffer.alloc(bytes);
  for (let at = 0; at + 24 <= bytes; at += 24) {
    buf.writeUInt32LE(bytes - at, at + 4);
    buf.writeUInt32LE(7, at + 8);
  }
  sealBlock(buf, bytes - 240, bytes, BlockForm.records, '', 9, 1, 77);
  const files = new ToyFiles();
  const fd = files.open('/data/x', 'w');
  files.write(fd, buf, 0, bytes, 0);
  const beyond = lookBeyond(files, fd, 0, bytes, 1);
  assert.deepEqual([beyond.offset, beyond.syncedBytes], [bytes - 240, 77]);
});
