import assert from 'node:assert/strict';
import { test } from 'node:test';
import { BatchReader } from '../../src/delta/batch-reader.ts';
import { BatchWriter } from '../../src/delta/batch-writer.ts';
import { Origins } from '../../src/delta/origins.ts';
import type { Block } from '../../src/journal/delta-log.ts';
import { MemoryRun } from '../../src/journal/memory-run.ts';
import { RunBlocks } from '../../src/journal/run-blocks.ts';

function puts(origins: Origins, writer: BatchWriter, from: number, count: number, flush: () => void): void {
  const self = origins.intern('a/00000001');
  for (let i = from; i < from + count; i++) {
    const key = Buffer.from(`key:${i}`);
    writer.put(0, key, 0, key.length, self, 1, i, key, 0, key.length, true, 0, 0, 0, 0);
    flush();
  }
}

function keysIn(origins: Origins, buf: Buffer, start: number, end: number): string[] {
  const reader = new BatchReader(origins);
  const keys: string[] = [];
  reader.open(buf, start, end);
  while (reader.next())
    keys.push(buf.toString('latin1', reader.keyOffset, reader.keyOffset + reader.keyLength));
  return keys;
}

const expected = Array.from({ length: 20_000 }, (_, i) => `key:${i}`);

test('what is written is handed on in blocks that count from the beginning', () => {
  const origins = new Origins();
  const blocks: Block[] = [];
  const run = new RunBlocks(origins, false, (block) => blocks.push(block));
  puts(origins, run.writer, 0, expected.length, () => run.flush());
  run.handOn();
  run.handOn();
  assert.ok(blocks.length > 1);
  assert.equal(run.count, expected.length);
  let seq = 0;
  for (const { firstSeq, count } of blocks) {
    assert.equal(firstSeq, seq);
    seq += count;
  }
  assert.deepEqual(
    blocks.flatMap(({ buf, start, end }) => keysIn(origins, buf, start, end)),
    expected,
  );
});

test('all of a run can be put into the log as it is', () => {
  const origins = new Origins();
  const run = new MemoryRun(3, origins, () => {});
  puts(origins, run.writer, 0, expected.length, () => run.flush());
  const log = new BatchWriter(origins);
  run.spill(log);
  assert.deepEqual(keysIn(origins, log.buf, 0, log.pos), expected);
  assert.equal(run.finish(), true);
  const again = new BatchWriter(origins);
  run.spill(again);
  assert.equal(again.count, expected.length);
});
