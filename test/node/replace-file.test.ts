import assert from 'node:assert/strict';
import {
  lstatSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, test } from 'node:test';
import { replaceFile } from '../../src/node/replace-file.ts';

const dir = mkdtempSync(join(tmpdir(), 'ferrite-replace-'));
after(() => rmSync(dir, { recursive: true, force: true }));

test('a link to the file stays a link, and no draft is left', () => {
  const path = join(dir, 'real');
  const link = join(dir, 'link');
  writeFileSync(path, 'old');
  symlinkSync('real', link);
  replaceFile(link, 'n\u00e9w', 'latin1', 0o640);
  assert.ok(lstatSync(link).isSymbolicLink());
  assert.deepEqual(readFileSync(path), Buffer.from('n\u00e9w', 'latin1'));
  assert.equal(statSync(path).mode & 0o777, 0o640);
  assert.deepEqual(readdirSync(dir).sort(), ['link', 'real']);
});

test('where there is no file one is made, where there is no directory the system says so', () => {
  const path = join(dir, 'new');
  replaceFile(path, 'x', 'utf8', 0o600);
  assert.equal(readFileSync(path, 'utf8'), 'x');
  assert.throws(() => replaceFile(join(dir, 'none', 'new'), 'x', 'utf8', 0o600), { code: 'ENOENT' });
});
