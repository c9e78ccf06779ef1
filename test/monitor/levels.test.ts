import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import {
  diskLadder,
  hysteresis,
  type Level,
  levels,
  memoryLadder,
  nextLevel,
} from '../../src/monitor/levels.ts';

function walk(shares: readonly number[], ladder = memoryLadder): Level[] {
  let level: Level = 'normal';
  return shares.map((share) => {
    level = nextLevel(level, share, ladder);
    return level;
  });
}

test('memory steps at 80, 90 and 95 percent, disk at 70, 85 and 95', () => {
  assert.deepEqual(walk([0.79, 0.8, 0.9, 0.95, 1.2]), ['normal', 'warning', 'high', 'critical', 'critical']);
  assert.deepEqual(walk([0.69, 0.7, 0.85, 0.95], diskLadder), ['normal', 'warning', 'high', 'critical']);
});

test('a level is left only clearly below its step', () => {
  assert.deepEqual(walk([0.8, 0.79, 0.78, 0.76]), ['warning', 'warning', 'warning', 'normal']);
  assert.deepEqual(walk([0.96, 0.93, 0.91, 0.88, 0.5]), ['critical', 'critical', 'high', 'high', 'normal']);
});

test('the level is never below what the share says, nor above what it says with the slack', () => {
  const share = fc.double({ min: 0, max: 1.5, noNaN: true });
  fc.assert(
    fc.property(fc.constantFrom(...levels), share, (current, value) => {
      const next = levels.indexOf(nextLevel(current, value, memoryLadder));
      const atLeast = memoryLadder.filter((step) => value >= step).length;
      const atMost = memoryLadder.filter((step) => value >= step - hysteresis).length;
      assert.ok(next >= atLeast && next <= atMost);
    }),
  );
});
