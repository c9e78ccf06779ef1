import assert from 'node:assert/strict';
import { test } from 'node:test';
import { BatchReader } from '../../src/delta/batch-reader.ts';
import type { BatchWriter } from '../../src/delta/batch-writer.ts';
import { Origins } from '../../src/delta/origins.ts';
import type { Block } from '../../src/journal/delta-log.ts';
import { MemoryJournal, tailBytesMin } from '../../src/journal/memory-journal.ts';
import type { DeltaRun } from '../../src/store/delta-run.ts';
import { putRecord } from './toy.ts';

const origins = new Origins();
const own = origins.intern('edge/00000001');
const key = Buffer.from('key');

function put(writer: BatchWriter, n: number, bytes = 8): void {
  const value = Buffer.alloc(bytes, n & 255);
  writer.put(0, key, 0, 3, own, 0, n, value, 0, bytes, true, 0, 0, 0, 0);
}

function stamps(blocks: readonly Block[]): number[] {
  const reader = new BatchReader(origins);
  const out: number[] = [];
  for (const block of blocks) {
    reader.open(block.buf, block.start, block.end);
    while (reader.next()) out.push(reader.stamp);
  }
  return out;
}

test('a commit makes one block for each source, durable at once', async () => {
  const log = new MemoryJournal({ origins, tailBytesMax: 1 << 20 });
  const seen: number[] = [];
  log.onDurable(() => seen.push(log.durableSeq));
  let done = 0;
  put(log.writer, 1);
  put(log.writer, 2);
  log.setSource('hub');
  put(log.writer, 3);
  log.setSource('');
  put(log.writer, 4);
  log.commit(() => done++);
  log.commit(() => done++);
  assert.equal(done, 2);
  assert.deepEqual(seen, [4]);
  assert.deepEqual([log.seq, log.ownSeq, log.durableSeq, log.durableOwnSeq], [4, 3, 4, 3]);
  const blocks = await log.read(0, 1 << 20);
  assert.deepEqual(
    blocks?.map((b) => [b.source, b.firstSeq, b.count, b.ownCount]),
    [
      ['', 0, 2, 2],
      ['hub', 2, 1, 0],
      ['', 3, 1, 1],
    ],
  );
  assert.deepEqual(stamps(blocks ?? []), [1, 2, 3, 4]);
  assert.deepEqual(stamps((await log.read(1, 1)) ?? []), [1, 2], 'the block that holds the record, whole');
  assert.deepEqual(await log.read(4, 100), []);
});

test('the tail stays within its budget and says what it dropped', async () => {
  const log = new MemoryJournal({ origins, tailBytesMax: tailBytesMin });
  for (let n = 1; n <= 5000; n++) {
    put(log.writer, n, 40);
    log.commit(() => {});
  }
  assert.ok(log.oldestSeq > 0);
  assert.equal(log.read(log.oldestSeq - 1, 100), undefined);
  const all = stamps((await log.read(log.oldestSeq, 1 << 20)) ?? []);
  assert.equal(all[0], log.oldestSeq + 1);
  assert.equal(all.at(-1), 5000);
  assert.ok(all.length * 60 < tailBytesMin * 1.5);
});

test('blocks handed to a reader stay as they are while the log goes on', async () => {
  const log = new MemoryJournal({ origins, tailBytesMax: tailBytesMin });
  put(log.writer, 1, 1000);
  log.commit(() => {});
  const blocks = (await log.read(0, 100)) ?? [];
  for (let n = 2; n <= 2000; n++) {
    put(log.writer, n, 1000);
    log.commit(() => {});
  }
  assert.deepEqual(stamps(blocks), [1]);
});

test('a block larger than a chunk is whole', async () => {
  const log = new MemoryJournal({ origins, tailBytesMax: tailBytesMin });
  put(log.writer, 1);
  put(log.writer, 2, 30_000);
  log.commit(() => {});
  assert.deepEqual(stamps((await log.read(1, 1)) ?? []), [1, 2]);
  put(log.writer, 3);
  log.commit(() => {});
  assert.deepEqual(stamps((await log.read(2, 1)) ?? []), [3]);
  put(log.writer, 4, 3_000_000);
  log.commit(() => {});
  assert.equal(log.read(0, 1), undefined, 'beyond the budget: dropped at once');
  assert.equal(log.oldestSeq, 4);
});

test('closed or asked for a snapshot, it says so', async () => {
  const log = new MemoryJournal({ origins, tailBytesMax: 1 });
  await assert.rejects(log.snapshot(), /persistence is off/);
  await log.close();
  let error: Error | undefined;
  log.commit((e) => {
    error = e;
  });
  assert.match(String(error), /closed/);
});

test('a run is kept as long as the tail names it, within the budget', async () => {
  const journal = new MemoryJournal({ origins, tailBytesMax: 64 * 1024 });
  const make = (count: number): DeltaRun => {
    const run = journal.runs.begin();
    for (let i = 0; i < count; i++) putRecord(run.writer!, own, `r${i}`, i + 1, 'v'.repeat(100));
    run.flush();
    assert.equal(run.finish(), true);
    run.place();
    journal.writer.run(0, key, 0, 3, own, 0, count, run.number, run.count);
    journal.commit(() => {});
    return run;
  };
  const small = make(10);
  const large = make(5000);
  assert.equal((await journal.readRun(small.number))?.length, 1);
  assert.equal(await journal.readRun(large.number), undefined);
  for (let i = 0; i < 2000; i++) {
    putRecord(journal.writer, own, `k${i}`, i + 10_000, 'v'.repeat(100));
    journal.commit(() => {});
  }
  assert.equal(await journal.readRun(small.number), undefined);
});
