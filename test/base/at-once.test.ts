import assert from 'node:assert/strict';
import { test } from 'node:test';
import { atOnce } from '../../src/base/at-once.ts';

function* sum(to: number): Generator<string, number, void> {
  let total = 0;
  for (let n = 1; n <= to; n++) {
    total += n;
    yield 'more';
  }
  return total;
}

test('all steps are taken, also those that are left of work that has begun', () => {
  assert.equal(atOnce(sum(4)), 10);
  assert.equal(atOnce(sum(0)), 0);
  const begun = sum(4);
  begun.next();
  assert.equal(atOnce(begun), 10);
});

test('what a step throws is thrown', () => {
  function* broken(): Generator<void, void, void> {
    yield;
    throw new Error('broken');
  }
  assert.throws(() => atOnce(broken()), /broken/);
});
