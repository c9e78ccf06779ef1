import assert from 'node:assert/strict';
import { test } from 'node:test';
import { fileProblems } from '../../src/cli/check-files.ts';
import { loadConfig } from '../../src/config/load-config.ts';

function problemsOf(settings: Record<string, string>, files: Record<string, string>): string[] {
  const given = Object.entries(settings).map(([key, text]) => ({
    key,
    given: { text },
    where: 'edge.toml:3',
  }));
  const loaded = loadConfig({ machineMemoryBytes: 2 ** 30, settings: given });
  return fileProblems(loaded, (path, encoding) => {
    const text = files[path];
    if (text === undefined) throw Object.assign(new Error('no'), { code: 'ENOENT' });
    return Buffer.from(text).toString(encoding ?? 'utf8');
  });
}

test('files that are not named, or sound, have no problems', () => {
  assert.deepEqual(problemsOf({}, {}), []);
  const users = 'user default on nopass ~* +@all\nuser jörg on >pw ~a* +get\n';
  assert.deepEqual(problemsOf({ 'server.aclfile': 'users.acl' }, { 'users.acl': users }), []);
});

test('mistakes are told with file, line, key, what was found and what is allowed', () => {
  const users = 'user a on\nuser b +nothing\nusr c >secret\n';
  const problems = problemsOf(
    { 'server.aclfile': '/e/users.acl', 'sync.ca': '/e/ca.pem' },
    { '/e/users.acl': users, '/e/ca.pem': 'nothing' },
  );
  assert.equal(problems.length, 3);
  assert.match(problems[0]!, /^\/e\/users\.acl:2: server\.aclfile: found .*'\+nothing'.*, allowed: lines/);
  assert.match(problems[1]!, /^\/e\/users\.acl:3: server\.aclfile: found the line/);
  assert.match(problems[2]!, /^\/e\/ca\.pem:1: sync\.ca: found no certificate, allowed:/);
  assert.doesNotMatch(problems.join(), /secret/);
  assert.deepEqual(problemsOf({ 'sync.ca': 'gone.pem' }, {}), [
    'edge.toml:3: sync.ca: found gone.pem (ENOENT), allowed: a file that can be read',
  ]);
});
