import assert from 'node:assert/strict';
import { test } from 'node:test';
import { readToml } from '../../src/config/read-toml.ts';

test('each key of the file becomes a setting with its line', () => {
  const { settings, problems } = readToml(
    'edge.toml',
    '[server]\nport = 7000\n[edge.resources]\ncpu_budget = "low"\n',
  );
  assert.deepEqual(problems, []);
  assert.deepEqual(settings, [
    { key: 'server.port', given: { value: 7000 }, where: 'edge.toml:2' },
    { key: 'edge.resources.cpu_budget', given: { value: 'low' }, where: 'edge.toml:4' },
  ]);
});

test('a byte order mark is none of the text; bytes that are not UTF-8 are a problem, not another password', () => {
  assert.deepEqual(readToml('f', '\ufeff[server]\r\nport = 1\r\n').settings, [
    { key: 'server.port', given: { value: 1 }, where: 'f:2' },
  ]);
  const latin1 = Buffer.from('[server]\nrequirepass = "p\xe4ss"\n', 'latin1').toString();
  assert.deepEqual(readToml('f', latin1).problems, [
    'f:2: found bytes that are not UTF-8, allowed: text in UTF-8',
  ]);
});

test('broken TOML is one problem with line and column, and quotes nothing of the file', () => {
  const { problems } = readToml('edge.toml', '[edge]\ntoken = "s3cret\n');
  assert.equal(problems.length, 1);
  assert.match(problems[0] ?? '', /^edge\.toml:2: not valid TOML at column \d+: /);
  assert.doesNotMatch(problems[0] ?? '', /s3cret/);
});

test('a value where a table belongs is a problem; an unknown key in a table is a setting to be judged', () => {
  assert.match(
    readToml('f', 'server = 1').problems[0] ?? '',
    /^f:1: server: found a value, allowed: a table, \[server\]/,
  );
  assert.match(readToml('f', '[sever]').problems[0] ?? '', /^f:1: sever: unknown table/);
  assert.equal(readToml('f', '[sever]\nport = 1').settings[0]?.key, 'sever.port');
});

test('an array of tables is not a table', () => {
  assert.match(readToml('f', '[[server]]\nport = 1\n').problems[0] ?? '', /^f:1: server: found a value/);
});
