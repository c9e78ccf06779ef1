import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Rig } from '../command-rig.ts';

const wrong = '-WRONGPASS invalid username-password pair or user is disabled.\r\n';

test('AUTH lets in with the password, by itself or with the user', () => {
  const rig = new Rig({ password: 'secret' });
  const client = rig.connect();
  assert.equal(client.send('GET', 'k'), '-NOAUTH Authentication required.\r\n');
  assert.equal(client.send('AUTH', 'other'), wrong);
  assert.equal(client.send('AUTH', 'nobody', 'secret'), wrong);
  assert.equal(client.send('GET', 'k'), '-NOAUTH Authentication required.\r\n');
  assert.equal(client.send('AUTH', 'secret'), '+OK\r\n');
  assert.equal(client.send('GET', 'k'), '$-1\r\n');
  assert.equal(client.send('AUTH', 'default', 'wrong'), wrong);
  assert.equal(client.send('GET', 'k'), '$-1\r\n', 'a failed AUTH takes nothing away');
  assert.equal(rig.connect().send('AUTH', 'default', 'secret'), '+OK\r\n');
});

test('AUTH without a password configured', () => {
  const client = new Rig().connect();
  assert.equal(
    client.send('AUTH', 'x'),
    '-ERR AUTH <password> called without any password configured for the default user. ' +
      'Are you sure your configuration is correct?\r\n',
  );
  assert.equal(client.send('AUTH', 'default', 'anything'), '+OK\r\n');
  assert.equal(client.send('AUTH', 'nobody', 'anything'), wrong);
  assert.equal(client.send('AUTH', 'a', 'b', 'c'), '-ERR syntax error\r\n');
});
