import assert from 'node:assert/strict';
import { mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, test } from 'node:test';
import { Catalog } from '../../src/commands/acl/catalog.ts';
import { Users } from '../../src/commands/acl/users.ts';
import { CommandTable } from '../../src/commands/command-table.ts';
import { commandList } from '../../src/commands/list.generated.ts';
import { loadUsers, openAclFile } from '../../src/node/acl-file.ts';

const dir = mkdtempSync(join(tmpdir(), 'ferrite-acl-'));
after(() => rmSync(dir, { recursive: true, force: true }));

test('the file is written as one step, for its owner only', () => {
  const path = join(dir, 'users.acl');
  const file = openAclFile(path);
  assert.ok(file !== undefined);
  file.write('user default on\n');
  assert.equal(readFileSync(path, 'utf8'), 'user default on\n');
  assert.equal(statSync(path).mode & 0o777, 0o600);
  assert.equal(file.read(), 'user default on\n');
  assert.equal(openAclFile(undefined), undefined);
});

test('a start with a file that is missing or wrong ends with its name and line', () => {
  const users = new Users(new Catalog(new CommandTable(commandList)));
  const missing = openAclFile(join(dir, 'missing.acl'));
  assert.throws(() => loadUsers(users, missing!), {
    code: 'CONFIG',
    message: /server\.aclfile: ENOENT.*missing\.acl/,
  });
  const path = join(dir, 'wrong.acl');
  writeFileSync(path, 'user a on\nuser a off\n');
  assert.throws(() => loadUsers(users, openAclFile(path)!), {
    code: 'CONFIG',
    message: /wrong\.acl:2: Duplicate user 'a' found/,
  });
  writeFileSync(path, 'user a on +get ~*\n');
  loadUsers(users, openAclFile(path)!);
  assert.deepEqual(users.names(), ['a', 'default']);
});
