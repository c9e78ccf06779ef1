import assert from 'node:assert/strict';
import { test } from 'node:test';
import { BatchWriters } from '../../src/delta/batch-writers.ts';
import { Origins } from '../../src/delta/origins.ts';

test('writers are lent again, but no more than some, and none that has grown large', () => {
  const writers = new BatchWriters(new Origins(), 1024);
  const lent = Array.from({ length: 10 }, () => writers.lend());
  assert.equal(new Set(lent).size, 10);
  lent[0]!.buf = Buffer.alloc(8192);
  for (const writer of lent) writers.giveBack(writer);
  const again = Array.from({ length: 10 }, () => writers.lend());
  const reused = again.filter((writer) => lent.includes(writer));
  assert.equal(reused.length, 4);
  assert.ok(!reused.includes(lent[0]!));
});
