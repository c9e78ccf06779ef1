import assert from 'node:assert/strict';
import { chmodSync, mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, test } from 'node:test';
import { rewriteConfigFile } from '../../src/node/config-file.ts';

const dir = mkdtempSync(join(tmpdir(), 'ferrite-config-'));
after(() => rmSync(dir, { recursive: true, force: true }));
const path = join(dir, 'edge.toml');

test('the file keeps its comments and its rights', () => {
  writeFileSync(path, '# mine\n[server]\nmaxclients = 10 # few\n');
  chmodSync(path, 0o640);
  rewriteConfigFile(
    path,
    new Map([
      ['server.maxclients', '77'],
      ['server.timeout', '"1m"'],
    ]),
  );
  assert.equal(readFileSync(path, 'utf8'), '# mine\n[server]\nmaxclients = 77 # few\ntimeout = "1m"\n');
  assert.equal(statSync(path).mode & 0o777, 0o640);
});

test('a file that would not say what was asked stays as it is', () => {
  const text = 'server = { maxclients = 10 }\n';
  writeFileSync(path, text);
  assert.throws(() => rewriteConfigFile(path, new Map([['server.maxclients', '77']])), { code: 'CONFIG' });
  assert.throws(() => rewriteConfigFile(path, new Map([['server.timeout', '"1m"']])), { code: 'CONFIG' });
  assert.equal(readFileSync(path, 'utf8'), text);
});
