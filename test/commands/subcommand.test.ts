import assert from 'node:assert/strict';
import { test } from 'node:test';
import { subcommandsOf } from '../../src/commands/subcommand.ts';

test('a row has the group and the age of its container, and a syntax where it takes arguments', () => {
  const run = (): void => {};
  const row = subcommandsOf('server', '6.0.0');
  const shared = { flags: [], group: 'server', since: '6.0.0', summary: 'Does it.', run };
  assert.deepEqual(row('all', 2, [], 'Does it.', '', run), { name: 'all', arity: 2, ...shared });
  assert.deepEqual(row('one', 3, [], 'Does it.', '<name>', run), {
    name: 'one',
    arity: 3,
    ...shared,
    syntax: '<name>',
  });
});
