import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Rig } from '../command-rig.ts';

test('SAVE writes the users and LOAD takes them over again', () => {
  const rig = new Rig({ aclText: '' });
  const admin = rig.connect();
  admin.send('ACL', 'SETUSER', 'alice', 'on', '>secret', '~*', '+@all');
  assert.equal(admin.send('ACL', 'SAVE'), '+OK\r\n');
  assert.match(rig.aclText ?? '', /^user alice on #[0-9a-f]{64} ~\* resetchannels \+@all\nuser default on /);
  admin.send('ACL', 'SETUSER', 'bob', 'on', 'nopass');
  const bob = rig.connect();
  const alice = rig.connect();
  bob.send('AUTH', 'bob', 'x');
  alice.send('AUTH', 'alice', 'secret');
  assert.equal(admin.send('ACL', 'LOAD'), '+OK\r\n');
  assert.equal(bob.closed, true);
  assert.equal(alice.closed, false);
  assert.equal(admin.send('ACL', 'USERS'), '*2\r\n$5\r\nalice\r\n$7\r\ndefault\r\n');
});

test('a file that cannot be used changes nothing', () => {
  const rig = new Rig({ aclText: 'user a on\nfoo\n' });
  const client = rig.connect();
  assert.match(client.send('ACL', 'LOAD'), /^-ERR \/etc\/users\.acl:2: .*no change to the previously active/);
  rig.aclText = undefined;
  assert.equal(
    client.send('ACL', 'LOAD'),
    "-ERR Error loading ACLs, opening file '/etc/users.acl': no such file\r\n",
  );
  assert.equal(client.send('ACL', 'USERS'), '*1\r\n$7\r\ndefault\r\n');
});

test('without a file there is nothing to save to', () => {
  const client = new Rig().connect();
  for (const name of ['SAVE', 'LOAD']) {
    assert.match(
      client.send('ACL', name),
      /^-ERR This Redis instance is not configured to use an ACL file\./,
    );
  }
});
