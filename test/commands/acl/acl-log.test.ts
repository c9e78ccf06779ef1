import assert from 'node:assert/strict';
import { test } from 'node:test';
import { AclLog, type Refusal } from '../../../src/commands/acl/acl-log.ts';
import { Rig } from '../command-rig.ts';
import { parseReply } from '../parse-reply.ts';

const refusal: Refusal = {
  reason: 'key',
  context: 'toplevel',
  object: 'a',
  username: 'u',
  clientInfo: 'id=1',
};

test('alike refusals within a minute are one entry, moved to the front', () => {
  const log = new AclLog();
  log.add(refusal, 1000);
  log.add({ ...refusal, object: 'b' }, 2000);
  log.add(refusal, 3000);
  assert.deepEqual(
    log
      .newest(10)
      .map(({ object, count, createdAtMs, updatedAtMs }) => [object, count, createdAtMs, updatedAtMs]),
    [
      ['a', 2, 1000, 3000],
      ['b', 1, 2000, 2000],
    ],
  );
  log.add(refusal, 61_001);
  assert.equal(log.newest(10).length, 3);
  assert.equal(log.newest(1).length, 1);
  log.reset();
  assert.equal(log.newest(10).length, 0);
});

test('the log has a limit, which may become smaller', () => {
  const log = new AclLog();
  log.maxLength = 5;
  for (let i = 0; i < 10; i++) log.add({ ...refusal, object: String(i) }, 1000);
  assert.deepEqual(
    log.newest(10).map(({ object }) => object),
    ['9', '8', '7', '6', '5'],
  );
  log.maxLength = 2;
  assert.equal(log.newest(10).length, 2);
  log.maxLength = 0;
  log.add(refusal, 1000);
  assert.equal(log.newest(10).length, 0);
});

test('ACL LOG tells of commands, keys and passwords that were refused', () => {
  const rig = new Rig();
  const admin = rig.connect();
  admin.send('ACL', 'SETUSER', 'u', 'on', '>x', '+get', '~a');
  const client = rig.connect();
  client.send('AUTH', 'u', 'secret');
  client.send('AUTH', 'u', 'x');
  client.send('SET', 'a', 'v');
  client.send('GET', 'b');
  rig.advance(1500);
  const entries = parseReply(admin.sendBytes('ACL', 'LOG'), 0)!.value;
  assert.ok(Array.isArray(entries));
  const told = entries.map((entry) => {
    const fields = entry as unknown[];
    return ['reason', 'object', 'username', 'age-seconds'].map((name) => fields[fields.indexOf(name) + 1]);
  });
  assert.deepEqual(told, [
    ['key', 'b', 'u', '1.5'],
    ['command', 'set', 'u', '1.5'],
    ['auth', 'AUTH', 'u', '1.5'],
  ]);
  assert.ok(!JSON.stringify(entries).includes('secret'));
  assert.equal(admin.send('ACL', 'LOG', 'RESET'), '+OK\r\n');
  assert.equal(admin.send('ACL', 'LOG'), '*0\r\n');
  assert.equal(admin.send('ACL', 'LOG', '-1'), '*0\r\n');
  assert.match(admin.send('ACL', 'LOG', 'x'), /^-ERR value is not an integer/);
});
