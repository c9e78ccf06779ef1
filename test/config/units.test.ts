import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { formatDuration, formatSize, parseDuration, parseSize } from '../../src/config/units.ts';

test('sizes follow redis.conf: k is 1000, kb is 1024, case does not matter', () => {
  const cases: readonly [string, number][] = [
    ['0', 0],
    ['17', 17],
    ['17b', 17],
    ['1k', 1000],
    ['1kb', 1024],
    ['2M', 2_000_000],
    ['2mb', 2_097_152],
    ['1G', 1_000_000_000],
    ['1GB', 1_073_741_824],
  ];
  for (const [text, bytes] of cases) assert.equal(parseSize(text), bytes, text);
});

test('what is no size is undefined', () => {
  for (const text of ['', 'mb', '1.5mb', '-1', '1 mb', '1tb', '9999999999999999gb', '0x10']) {
    assert.equal(parseSize(text), undefined, text);
  }
});

test('durations carry a unit; only zero goes without', () => {
  const cases: readonly [string, number][] = [
    ['0', 0],
    ['0s', 0],
    ['500ms', 500],
    ['30s', 30_000],
    ['5m', 300_000],
    ['2h', 7_200_000],
    ['7d', 604_800_000],
  ];
  for (const [text, ms] of cases) assert.equal(parseDuration(text), ms, text);
  for (const text of ['30', '30x', '', 's', '1.5s', '-1s', '30S', '1h30m']) {
    assert.equal(parseDuration(text), undefined, text);
  }
});

test('what is formatted is read back as it was', () => {
  fc.assert(
    fc.property(fc.nat(), (n) => {
      assert.equal(parseSize(formatSize(n)), n);
      assert.equal(parseDuration(formatDuration(n)), n);
    }),
  );
  assert.equal(formatSize(128 * 1024 * 1024), '128mb');
  assert.equal(formatDuration(604_800_000), '7d');
  assert.equal(formatDuration(90_000), '90s');
});
