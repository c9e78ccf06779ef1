import assert from 'node:assert/strict';
import { test } from 'node:test';
import { infinityOf } from '../../src/base/infinity.ts';

test('reads the words for infinite numbers, and no other', () => {
  for (const text of ['inf', '+INF', 'Infinity']) assert.equal(infinityOf(text), Number.POSITIVE_INFINITY);
  assert.equal(infinityOf('-inf'), Number.NEGATIVE_INFINITY);
  for (const text of ['', 'in', 'infinit', ' inf', '--inf', '1']) assert.equal(infinityOf(text), undefined);
});
