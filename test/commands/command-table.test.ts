// What the table knows of each command beside its spec.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { CommandTable } from '../../src/commands/command-table.ts';
import { commandList } from '../../src/commands/list.generated.ts';

const table = new CommandTable(commandList);

function constantArgcOf(name: string): number | undefined {
  const bytes = Buffer.from(name);
  return table.find(bytes, 0, bytes.length)?.constantArgc;
}

test('the cost of a fast command does not grow while it has no more arguments than it must', () => {
  assert.equal(constantArgcOf('get'), Number.MAX_SAFE_INTEGER);
  assert.equal(constantArgcOf('lpush'), 3);
  assert.equal(constantArgcOf('lpop'), 2);
  assert.equal(constantArgcOf('xadd'), 5);
  assert.equal(constantArgcOf('zincrby'), 4);
});

test('what walks, copies, waits or tells others may cost anything', () => {
  for (const name of ['lrange', 'keys', 'move', 'renamenx', 'bzpopmin', 'publish', 'exec']) {
    assert.equal(constantArgcOf(name), 0, name);
  }
});
