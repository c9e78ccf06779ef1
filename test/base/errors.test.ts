import assert from 'node:assert/strict';
import { test } from 'node:test';
import { CommandError, FerriteError } from '../../src/base/errors.ts';

test('an operational failure keeps its code and its cause', () => {
  const cause = new Error('ENOSPC');
  const error = new FerriteError('JOURNAL_IO', 'cannot write', cause);
  assert.deepEqual(
    [error.name, error.code, error.message, error.cause],
    ['FerriteError', 'JOURNAL_IO', 'cannot write', cause],
  );
  assert.ok(!('cause' in new FerriteError('CLOSED', 'closed')));
});

test("a client's mistake is the line that Redis writes", () => {
  assert.equal(new CommandError('ERR syntax error').message, 'ERR syntax error');
});
