import assert from 'node:assert/strict';
import { existsSync } from 'node:fs';
import { test } from 'node:test';
import { flags } from '../../src/cli/arguments.ts';
import { fieldOf, resolveKey } from '../../src/config/layer.ts';
import { read } from './sources.ts';

const readme = read('README.md');

test("README's table of keys has the schema's names and defaults", () => {
  const rows = [...readme.matchAll(/^\| `([a-z_.]+)` \| (.*?) \|/gm)];
  assert.ok(rows.length > 10);
  for (const [, name = '', shown = ''] of rows) {
    const key = resolveKey(name);
    assert.ok(key !== undefined, `${name} is no key`);
    const value = fieldOf(key).default;
    if (value !== undefined) assert.equal(shown, `\`${fieldOf(key).show(value)}\``, name);
  }
});

test('README names no flag that is not there', () => {
  const used = [...readme.matchAll(/(?:ferrite-ts|npm start --)((?: +[^\n`|]*)?)/g)].flatMap(
    ([, words = '']) => [...words.matchAll(/(?<=\s)--[a-z][a-z-]*/g)].map(([flag]) => flag),
  );
  assert.deepEqual(
    used.filter((flag) => !flags.some((f) => f.name === flag)),
    [],
  );
});

test('README names no package script and no file that is not there', () => {
  const scripts = Object.keys(JSON.parse(read('package.json')).scripts);
  const run = [...readme.matchAll(/npm run ([a-z:]+)/g)].map(([, name = '']) => name);
  assert.deepEqual(
    run.filter((name) => !scripts.includes(name)),
    [],
  );
  const links = [...readme.matchAll(/\]\(([^)#:]+)\)/g)].map(([, path = '']) => path);
  assert.deepEqual(
    links.filter((path) => !existsSync(path)),
    [],
  );
});
