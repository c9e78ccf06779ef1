import assert from 'node:assert/strict';
import { test } from 'node:test';
import { AssertionError, assert as mustHold } from '../../src/base/assert.ts';

test('a condition that does not hold is an AssertionError with its message', () => {
  mustHold(true, 'holds');
  assert.throws(() => mustHold(false, 'slot is free'), new AssertionError('slot is free'));
});
