import assert from 'node:assert/strict';
import { test } from 'node:test';
import { rewriteToml } from '../../src/config/rewrite-toml.ts';

function rewritten(toml: string, ...changes: [string, string][]): string {
  return rewriteToml(toml, new Map(changes));
}

test('a value changes in its place; comments, order and spaces stay', () => {
  const toml =
    '# my node\n[server]\nport = 6379   # as ever\nmaxclients   = 10 # few\n\n[log]\nlevel = "info"\n';
  assert.equal(
    rewritten(toml, ['server.maxclients', '20'], ['log.level', '"debug"']),
    '# my node\n[server]\nport = 6379   # as ever\nmaxclients   = 20 # few\n\n[log]\nlevel = "debug"\n',
  );
  assert.equal(rewritten('a.b = "x # y" # z\r\n', ['a.b', '1']), 'a.b = 1 # z\r\n');
});

test('a key that is not there is added to its table, or with its table', () => {
  assert.equal(
    rewritten('[server]\nport = 1\n\n[log]\n', ['server.maxclients', '5']),
    '[server]\nport = 1\nmaxclients = 5\n\n[log]\n',
  );
  assert.equal(
    rewritten('[server]\nport = 1', ['log.level', '"warn"']),
    '[server]\nport = 1\n\n[log]\nlevel = "warn"\n',
  );
  assert.equal(
    rewritten('', ['edge.resources.memory_limit', '"1gb"']),
    '[edge.resources]\nmemory_limit = "1gb"\n',
  );
});

test('what cannot be changed safely is refused with its line', () => {
  for (const toml of [
    '[server]\nmaxclients = [\n1]\n',
    'server = { maxclients = 5 }\n',
    '[server]\nmaxclients = """\n5"""\n',
  ]) {
    assert.throws(
      () => rewritten(toml, ['server.maxclients', '20']),
      { code: 'CONFIG', message: /^line [12]: server/ },
      toml,
    );
  }
});
