import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import {
  HybridClock,
  msOfStamp,
  stampEpochMs,
  stampFrom,
  stampHi,
  stampLo,
  stampMax,
  stampOfMs,
} from '../../src/base/clock.ts';

const buildMs = Date.UTC(2026, 0, 1);
const yearMs = 365 * 24 * 3600 * 1000;

test('stamps rise strictly, whatever the wall clock says and whatever is seen', () => {
  const step = fc.oneof(
    fc.record({ wallMs: fc.double({ min: -1e15, max: 1e15 }) }),
    fc.record({ seen: fc.integer({ min: 0, max: stampOfMs(buildMs + 5 * yearMs) }) }),
    fc.constant({ tick: true }),
  );
  fc.assert(
    fc.property(fc.array(step, { maxLength: 50 }), (steps) => {
      const clock = new HybridClock(buildMs);
      let last = clock.last();
      for (const s of steps) {
        if ('wallMs' in s) clock.observe(s.wallMs);
        if ('seen' in s) clock.witness(s.seen);
        assert.ok(clock.last() >= last);
        const next = clock.next();
        assert.ok(next > last);
        if ('seen' in s) assert.ok(next > s.seen);
        last = next;
      }
    }),
  );
});

test('wall time is taken only from the build date to ten years later', () => {
  const clock = new HybridClock(buildMs);
  for (const ms of [0, buildMs - 1, buildMs + 11 * yearMs, Number.NaN])
    assert.equal(clock.observe(ms), false);
  assert.equal(clock.last(), stampOfMs(buildMs));
  assert.equal(clock.observe(buildMs + yearMs), true);
  assert.equal(msOfStamp(clock.next()), buildMs + yearMs);
});

test('stamps of others are taken up to a skew above the time, and all of trusted time without one', () => {
  const clock = new HybridClock(buildMs);
  const now = buildMs + yearMs;
  clock.observe(now);
  assert.equal(clock.latest(now, 1000), stampOfMs(now + 1000));
  const end = clock.latest(0, 1000);
  assert.ok(end > stampOfMs(buildMs + 9 * yearMs));
  clock.witness(end);
  assert.ok(clock.believes(clock.next()));
  assert.ok(!clock.believes(stampOfMs(buildMs + 11 * yearMs)));
});

test('what is taken from others moves no bound; times that were here, and what is vouched for, do', () => {
  const clock = new HybridClock(buildMs);
  const now = buildMs + yearMs;
  clock.observe(now);
  clock.witness(clock.latest(now, 1000));
  assert.equal(clock.latest(now, 1000), stampOfMs(now + 1000));
  clock.vouch(stampOfMs(now + 5000));
  assert.equal(clock.latest(now, 1000), stampOfMs(now + 6000));
  clock.vouch(stampOfMs(buildMs + 11 * yearMs));
  assert.equal(clock.latest(now, 1000), stampOfMs(now + 6000));
  clock.observe(now + 9000);
  clock.observe(now);
  assert.equal(clock.latest(now, 1000), stampOfMs(now + 10_000));
});

test('what came while there was no time is vouched for when there is one', () => {
  const clock = new HybridClock(buildMs);
  const now = buildMs + yearMs;
  assert.equal(clock.observe(0), false);
  clock.witness(stampOfMs(now + 5000));
  clock.observe(now);
  assert.equal(clock.latest(now, 1000), stampOfMs(now + 6000));
});

test('a stamp is its two halves, also where the lower one carries over', () => {
  fc.assert(
    fc.property(fc.integer({ min: 0, max: stampMax }), (stamp) => {
      assert.equal(stampFrom(stampHi(stamp), stampLo(stamp)), stamp);
    }),
  );
  const clock = new HybridClock(stampEpochMs);
  clock.witness(2 ** 32 - 1);
  assert.equal(clock.next(), 2 ** 32);
});
