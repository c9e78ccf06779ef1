import assert from 'node:assert/strict';
import { test } from 'node:test';
import { BatchReader } from '../../src/delta/batch-reader.ts';
import { DeltaKind } from '../../src/delta/kinds.ts';
import { check } from '../../src/journal/check.ts';
import { headerBytes, runName, segmentName } from '../../src/journal/file-header.ts';
import type { DeltaRun } from '../../src/store/delta-run.ts';
import { until } from '../until.ts';
import { failure, openRig, type Rig, setOne, settle, ToyFiles } from './toy.ts';

/** A run of `count` puts of `r0`, `r1`, ..., handed on as they come. */
async function runOf({ journal, store }: Rig, count: number, valueBytes = 1): Promise<[DeltaRun, boolean]> {
  const run = journal.runs.begin();
  for (let i = 0; i < count; i++) {
    store.set(run.writer!, `r${i}`, 1000 + i, 'v'.repeat(valueBytes));
    run.flush();
  }
  return [run, await run.finish()];
}

/** Says that a run counts from here on. */
function place({ journal, store }: Rig, run: DeltaRun): Promise<Error | undefined> {
  const key = Buffer.from('r');
  const { length } = key;
  run.place();
  journal.writer.run(0, key, 0, length, store.own, 0, 1000 + run.count - 1, run.number, run.count);
  return new Promise((resolve) => journal.commit(resolve));
}

function runsOn(files: ToyFiles): string[] {
  return files.list('/data').filter((name) => name.startsWith('run-'));
}

test('a run counts from the record that names it: after a kill, and after a loss of power', async () => {
  const files = new ToyFiles();
  const rig = openRig(files);
  await setOne(rig, 'a', 1, 'x');
  const [run, isKept] = await runOf(rig, 500, 2000);
  assert.equal(isKept, true);
  assert.equal(run.count, 500);
  assert.equal(openRig(files.killed()).store.values.size, 1, 'not named yet');
  await place(rig, run);
  await setOne(rig, 'z', 2000, 'x');
  const again = openRig(files.killed());
  assert.equal(again.store.values.size, 502);
  assert.equal(again.journal.seq, 3);
  assert.deepEqual(again.recovered.runs.length, 1);
  rig.timers.pass(1000);
  await settle();
  assert.equal(openRig(files.powerLoss()).store.values.size, 502, 'it was durable before it was named');
});

test('what was never named is removed at the start', async () => {
  const files = new ToyFiles();
  const rig = openRig(files);
  await runOf(rig, 5);
  const [other] = await runOf(rig, 5);
  assert.equal(runsOn(files).length, 2);
  other.discard();
  await settle();
  assert.equal(runsOn(files).length, 1);
  const disk = files.killed();
  assert.equal(openRig(disk).store.values.size, 0);
  assert.deepEqual(runsOn(disk), []);
});

test('a run that is damaged or missing is refused, and repaired by cutting the log before it', async () => {
  const files = new ToyFiles();
  const rig = openRig(files);
  await setOne(rig, 'a', 1, 'x');
  const [run] = await runOf(rig, 50);
  await place(rig, run);
  await setOne(rig, 'b', 2000, 'x');
  const path = `/data/${runName(run.number)}`;
  const bad = [
    (disk: ToyFiles) => disk.names.get(path)!.data.writeUInt8(7, headerBytes + 40),
    (disk: ToyFiles) => disk.names.get(path)!.data.writeUInt8(7, 3),
    (disk: ToyFiles) => disk.names.set(path, { data: Buffer.alloc(0), synced: Buffer.alloc(0) }),
    (disk: ToyFiles) => disk.names.delete(path),
  ];
  for (const damage of bad) {
    const disk = files.killed();
    damage(disk);
    assert.throws(() => openRig(disk), new RegExp(runName(run.number)));
    const { problems } = check('/data', { repair: false, files: disk });
    assert.equal(problems.length, 1);
    assert.match(problems[0]!, new RegExp(runName(run.number)));
    check('/data', { repair: true, files: disk });
    assert.deepEqual([...openRig(disk).store.values.keys()], ['a']);
  }
});

test('a run that cannot be written says so and leaves the log as it is', async () => {
  const files = new ToyFiles();
  const rig = openRig(files);
  files.intercept = (op, path) => {
    if (op === 'write' && path.includes('run-')) throw failure('ENOSPC');
  };
  const [run, isKept] = await runOf(rig, 500, 2000);
  assert.equal(isKept, false);
  run.discard();
  files.intercept = (op, path) => {
    if (op === 'open' && path.includes('run-')) throw failure('EMFILE');
  };
  const [none, isThere] = await runOf(rig, 5);
  assert.equal(isThere, false);
  none.discard();
  files.intercept = () => {};
  assert.equal(await setOne(rig, 'a', 1, 'x'), undefined);
  await settle();
  assert.equal(rig.journal.failure, undefined);
  await rig.journal.close();
  assert.equal(files.openCount, 0);
});

test('links read a run as its blocks, until a snapshot has it and no segment names it', async () => {
  const files = new ToyFiles();
  const rig = openRig(files, { segmentBytesMax: 4096 });
  const { journal } = rig;
  const [run] = await runOf(rig, 300, 2000);
  await place(rig, run);
  const blocks = await journal.readRun(run.number);
  assert.ok(blocks!.length > 1);
  const reader = new BatchReader(rig.origins);
  let count = 0;
  for (const block of blocks!) {
    reader.open(block.buf, block.start, block.end);
    for (; reader.next(); count++) assert.equal(reader.kind, DeltaKind.put);
  }
  assert.equal(count, 300);
  assert.ok(journal.storedBytes > 600_000);
  assert.equal(await journal.readRun(run.number + 1), undefined);
  for (let i = 0; i < 100; i++) {
    await setOne(rig, `k${i}`, 3000 + i, 'v'.repeat(100));
    rig.timers.pass(1000);
    await settle(4);
  }
  const saved = journal.snapshot();
  for (let n = 0; n < 40; n++) {
    await setOne(rig, `m${n}`, 9000 + n, 'v'.repeat(300));
    rig.timers.pass(1000);
    await settle(8);
  }
  await saved;
  await journal.snapshot();
  await until(() => runsOn(files).length === 0);
  assert.equal(await journal.readRun(run.number), undefined);
  await until(() => !files.list('/data').includes(segmentName(0)));
  rig.timers.pass(1000);
  await settle();
  assert.equal(openRig(files.killed()).store.values.size, 440);
});

test('numbers do not come again after a start', async () => {
  const files = new ToyFiles();
  const rig = openRig(files);
  const [first] = await runOf(rig, 1);
  await place(rig, first);
  const again = openRig(files.killed());
  assert.ok(again.journal.runs.begin().number > first.number);
});
