import assert from 'node:assert/strict';
import { test } from 'node:test';
import { flags, subcommands } from '../../src/cli/arguments.ts';
import { helpText } from '../../src/cli/help.ts';
import { configKeys } from '../../src/config/schema.ts';

test('the help names every flag, subcommand and key, in lines that fit', () => {
  const text = helpText('1.2.3');
  assert.match(text, /^ferrite-ts 1\.2\.3: /);
  for (const { name } of [...flags, ...subcommands]) assert.ok(text.includes(name), name);
  for (const key of configKeys) assert.ok(text.includes(key.slice(key.lastIndexOf('.') + 1)), key);
  for (const line of text.split('\n')) assert.ok(line.length <= 110, line);
});
