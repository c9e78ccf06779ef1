import assert from 'node:assert/strict';
import { test } from 'node:test';
import { unkeptRuns } from '../../src/store/delta-run.ts';

test('where nobody keeps deltas a run takes none, and is always ready', () => {
  const run = unkeptRuns.begin();
  assert.equal(run.writer, undefined);
  run.flush();
  assert.equal(run.finish(), true);
  run.place();
  run.discard();
  assert.equal(run.count, 0);
});
