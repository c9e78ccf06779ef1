import assert from 'node:assert/strict';
import { test } from 'node:test';
import { inParts } from '../../src/base/in-parts.ts';

test('things come some at a time, in their order, and none twice', () => {
  assert.deepEqual([...inParts([1, 2, 3, 4, 5], 2)], [[1, 2], [3, 4], [5]]);
  assert.deepEqual(
    [...inParts([1, 2, 3, 4], 2)],
    [
      [1, 2],
      [3, 4],
    ],
  );
  assert.deepEqual([...inParts([], 2)], []);
});
