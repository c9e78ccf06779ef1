import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { test } from 'node:test';
import type { CommandSpec } from '../../src/commands/command.ts';
import { commandTables } from '../../src/commands/describe.ts';
import { commandList } from '../../src/commands/list.generated.ts';

test('docs/compatibility.md holds the tables of all commands as their metadata has them', () => {
  const upToDate = readFileSync('docs/compatibility.md', 'utf8').includes(commandTables(commandList));
  assert.ok(upToDate, 'run npm run docs');
});

test('a command is one row, a container one for each subcommand', () => {
  const spec: CommandSpec = {
    name: 'get',
    arity: 2,
    flags: [],
    group: 'string',
    since: '1.0.0',
    summary: 'Gets.',
    syntax: '<key> [A|B] <by:double>',
    complexity: 'O(1)',
  };
  const container: CommandSpec = { ...spec, name: 'c', group: 'server', subcommands: [spec] };
  assert.equal(
    commandTables([spec, container]),
    [
      '### Server',
      '',
      '| command | since | what it does | cost |',
      '|---|---|---|---|',
      '| `C GET <key> [A\\|B] <by>` | 1.0.0 | Gets. | O(1) |',
      '',
      '### String',
      '',
      '| command | since | what it does | cost |',
      '|---|---|---|---|',
      '| `GET <key> [A\\|B] <by>` | 1.0.0 | Gets. | O(1) |',
    ].join('\n'),
  );
});
