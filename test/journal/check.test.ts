import assert from 'node:assert/strict';
import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { test } from 'node:test';
import { check } from '../../src/journal/check.ts';
import { lockDir } from '../../src/journal/lock.ts';
import { openRig, type Rig, setOne, settle, ToyFiles } from './toy.ts';

const options = { segmentBytesMax: 4096, snapshotBytesMin: 1e12, sliceBytes: 500 } as const;

async function filled(snapshotAt: number): Promise<{ files: ToyFiles; rig: Rig }> {
  const files = new ToyFiles();
  const rig = openRig(files, options);
  for (let i = 1; i <= 300; i++) {
    await setOne(rig, `key${i}`, i, 'some value');
    await settle(1);
    if (i === snapshotAt) await rig.journal.snapshot();
  }
  await rig.journal.close();
  return { files: files.killed(), rig };
}

function flip(files: ToyFiles, name: string, at: number): void {
  const file = files.names.get(`/data/${name}`)!;
  file.data = Buffer.from(file.data);
  file.data[at] = file.data[at]! ^ 32;
}

test('a sound directory is reported file by file', async () => {
  const { files } = await filled(150);
  const report = check('/data', { repair: false, files });
  assert.deepEqual([report.problems, report.repairs, report.losses], [[], [], []]);
  const snapshot = report.files.find((f) => f.kind === 'snapshot');
  assert.deepEqual([snapshot?.records, snapshot?.firstSeq], [150, 150]);
  const segments = report.files.filter((f) => f.kind === 'segment');
  assert.equal(segments.at(-1)?.endSeq, 300);
  assert.ok(segments.every((s, i) => i === 0 || s.firstSeq === segments[i - 1]!.endSeq));
  assert.equal(files.openCount, 0);
});

test('a torn tail is no problem and needs no repair', async () => {
  const { files } = await filled(0);
  const name = files.list('/data').sort().at(-1)!;
  const file = files.names.get(`/data/${name}`)!;
  file.data = file.data.subarray(0, file.data.length - 30);
  const report = check('/data', { repair: false, files });
  assert.deepEqual(report.problems, []);
  assert.ok(report.files.at(-1)?.isTorn);
  openRig(files);
});

test('any damage is found where recovery refuses, and repaired to something that starts and goes on', async () => {
  for (const snapshotAt of [0, 150]) {
    const { files: sound, rig } = await filled(snapshotAt);
    for (const name of sound.list('/data')) {
      const bytes = sound.names.get(`/data/${name}`)!.data.length;
      for (let at = 0; at < bytes; at += 61) {
        const files = sound.killed();
        flip(files, name, at);
        let refused: unknown;
        try {
          openRig(files.killed(), options);
        } catch (error) {
          refused = error;
        }
        const before = check('/data', { repair: false, files });
        assert.equal(before.problems.length > 0, refused !== undefined, `${name} ${at} ${refused}`);
        if (refused === undefined) continue;
        await assertRepaired(files, rig, name, at);
      }
    }
  }
});

async function assertRepaired(files: ToyFiles, whole: Rig, name: string, at: number): Promise<void> {
  const bytesBefore = totalBytes(files);
  const report = check('/data', { repair: true, files });
  assert.ok(report.repairs.length > 0 && report.losses.length > 0, `${name} ${at}`);
  assert.ok(totalBytes(files) >= bytesBefore, 'nothing is deleted');
  assert.ok(files.list('/data').some((n) => n.endsWith('.corrupt')));
  assert.deepEqual(check('/data', { repair: false, files }).problems, [], `${name} ${at}`);
  const rig = openRig(files, options);
  const expected = whole.store.dump();
  for (const [key, value] of Object.entries(rig.store.dump())) assert.equal(value, expected[key]);
  assert.ok(rig.journal.seq > 300 || name.endsWith('.snap'), 'no record number is given out again');
  assert.equal(await setOne(rig, 'next', 1000, 'x'), undefined);
  await rig.journal.snapshot();
  await rig.journal.close();
  assert.equal(openRig(files.killed(), options).store.values.get('next')?.stamp, 1000);
}

function totalBytes(files: ToyFiles): number {
  return [...files.names.values()].reduce((sum, f) => sum + f.data.length, 0);
}

test('a missing segment is repaired by setting the later ones aside; a missing first by an empty snapshot', async () => {
  const { files: sound } = await filled(0);
  const names = sound.list('/data').sort();
  for (const gone of [names[1]!, names[0]!]) {
    const files = sound.killed();
    files.names.delete(`/data/${gone}`);
    assert.equal(check('/data', { repair: false, files }).problems.length, 1);
    const report = check('/data', { repair: true, files });
    assert.ok(report.losses.length > 0);
    openRig(files, options);
  }
});

test('a repair that finds the disk full says so and loses nothing: with room it gives what it would have given', async () => {
  const { files: sound } = await filled(0);
  const name = sound.list('/data').sort()[0]!;
  flip(sound, name, 1000);
  const whole = sound.killed();
  check('/data', { repair: true, files: whole });
  const expected = openRig(whole, options).store.dump();
  let refused = 0;
  for (let room = 0; room < 4000; room += 40) {
    const files = sound.killed();
    files.diskBytes = totalBytes(files) + room;
    try {
      check('/data', { repair: true, files });
    } catch (error) {
      assert.match(String(error), /ENOSPC/);
      refused += 1;
    }
    files.diskBytes = Number.POSITIVE_INFINITY;
    check('/data', { repair: true, files });
    assert.deepEqual(openRig(files, options).store.dump(), expected, `with room for ${room} bytes`);
  }
  assert.ok(refused > 10);
});

test('a repair refuses a directory in use', () => {
  const dir = fs.mkdtempSync(path.join(os.tmpdir(), 'ferrite-check-'));
  const release = lockDir(dir);
  assert.throws(() => check(dir, { repair: true }), /in use by this process/);
  assert.deepEqual(check(dir, { repair: false }).problems, []);
  release();
  assert.throws(
    () => check(path.join(dir, 'absent'), { repair: false }),
    /JOURNAL_IO|cannot check .*: ENOENT/,
  );
  fs.rmSync(dir, { recursive: true });
});
