import assert from 'node:assert/strict';
import { test } from 'node:test';
import { frequency, freshAccess, idleSeconds, usedAccess } from '../../src/store/access-clock.ts';

const nowMs = Date.UTC(2026, 0, 1);
const rules = { logFactor: 10, decayMinutes: 1 };

test('idle time is in seconds and survives the turn of its clock', () => {
  const access = freshAccess(nowMs, false);
  assert.equal(idleSeconds(access, nowMs + 5000), 5);
  assert.equal(idleSeconds(access, nowMs + 1000 * (2 ** 24 - 1)), 2 ** 24 - 1);
});

test('the counter of uses rises ever more slowly and falls with the minutes', () => {
  let access = freshAccess(nowMs, true);
  assert.equal(frequency(access, nowMs, rules), 5);
  access = usedAccess(access, nowMs, 0.99, rules);
  assert.equal(frequency(access, nowMs, rules), 6);
  access = usedAccess(access, nowMs, 0.5, rules);
  assert.equal(frequency(access, nowMs, rules), 6);
  access = usedAccess(access, nowMs, 0.01, rules);
  assert.equal(frequency(access, nowMs, rules), 7);
  assert.equal(frequency(access, nowMs + 3 * 60_000, rules), 4);
  assert.equal(frequency(access, nowMs + 100 * 60_000, rules), 0);
  assert.equal(frequency(access, nowMs + 100 * 60_000, { ...rules, decayMinutes: 0 }), 7);
});

test('the counter stays within its eight bits', () => {
  let access = freshAccess(nowMs, true);
  for (let i = 0; i < 400; i++) access = usedAccess(access, nowMs, 0, rules);
  assert.equal(frequency(access, nowMs, rules), 255);
});
