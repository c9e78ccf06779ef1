import assert from 'node:assert/strict';
import { test } from 'node:test';
import { SlicePace } from '../../src/sync/slice-pace.ts';

function recordsOf(pace: SlicePace): number {
  pace.begin();
  let records = 1;
  while (!pace.isOver() && records < 10_000) records += 1;
  return records;
}

test('a slice is over after so many records, or after its time, and never where all is to be done', () => {
  let nowMs = 1000;
  let stepMs = 0;
  const timers = {
    steadyMs: () => {
      nowMs += stepMs;
      return nowMs;
    },
  };
  const pace = new SlicePace({ sliceRecords: 500 }, timers);
  assert.deepEqual([recordsOf(pace), recordsOf(pace)], [500, 500]);
  stepMs = 2;
  assert.equal(recordsOf(pace), 128, 'the time is looked at after 64 records');
  pace.isHurried = true;
  assert.equal(recordsOf(pace), 10_000);
});
