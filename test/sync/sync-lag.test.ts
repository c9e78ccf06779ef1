import assert from 'node:assert/strict';
import { test } from 'node:test';
import { SyncLag } from '../../src/sync/sync-lag.ts';

test('the lag is the age of the oldest write that was not given', () => {
  const lag = new SyncLag(3, 1000);
  assert.equal(lag.lagMs(3, 5000), 0);
  assert.equal(lag.lagMs(2, 5000), 4000, 'from before the start: since then');
  lag.note(4, 6000);
  lag.note(5, 6050);
  lag.note(6, 9000);
  assert.equal(lag.lagMs(3, 10_000), 4000);
  assert.equal(lag.lagMs(4, 10_000), 4000, 'to a tenth of a second');
  assert.equal(lag.lagMs(5, 10_000), 1000);
  assert.equal(lag.lagMs(6, 10_000), 0);
  lag.note(7, 20_000);
  assert.equal(lag.lagMs(6, 20_500), 500);
});

test('after a long time offline it is known less well, and well again after that', () => {
  const lag = new SyncLag(0, 0);
  for (let i = 1; i <= 100_000; i++) lag.note(i, i * 1000);
  const nowMs = 100_000_000;
  assert.equal(lag.lagMs(0, nowMs), nowMs);
  const half = lag.lagMs(50_000, nowMs);
  assert.ok(half >= nowMs / 2 - 1000 && half < nowMs / 2 + 1_000_000, `${half}`);
  assert.equal(lag.lagMs(100_000, nowMs), 0);
  lag.note(100_001, nowMs + 1000);
  lag.note(100_002, nowMs + 1200);
  assert.equal(lag.lagMs(100_001, nowMs + 1300), 100);
});
