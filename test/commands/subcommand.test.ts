import assert from 'node:assert/strict';
import { test } from 'node:test';
import { subcommandsOf } from '../../src/commands/subcommand.ts';

test('a row has what its container shares, a syntax where it takes arguments, and what it says itself', () => {
  const run = (): void => {};
  const row = subcommandsOf({ group: 'server', since: '6.0.0', complexity: 'O(1)' });
  const all = {
    name: 'all',
    arity: 2,
    flags: [],
    group: 'server',
    since: '6.0.0',
    complexity: 'O(1)',
    summary: 'Does it.',
    run,
  };
  assert.deepEqual(row('all', 2, [], 'Does it.', '', run), all);
  assert.deepEqual(row('all', 2, [], 'Does it.', '<name>', run), { ...all, syntax: '<name>' });
  assert.deepEqual(row('all', 2, [], 'Does it.', '', run, { since: '7.0.0' }), { ...all, since: '7.0.0' });
});
