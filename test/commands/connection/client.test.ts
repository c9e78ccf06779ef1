import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Rig } from '../command-rig.ts';

test('CLIENT ID, SETNAME, GETNAME, GETREDIR', () => {
  const rig = new Rig();
  rig.connect();
  const client = rig.connect();
  assert.equal(client.send('CLIENT', 'ID'), ':2\r\n');
  assert.equal(client.send('CLIENT', 'GETNAME'), '$-1\r\n');
  assert.equal(client.send('CLIENT', 'SETNAME', 'worker'), '+OK\r\n');
  assert.equal(client.send('CLIENT', 'GETNAME'), '$6\r\nworker\r\n');
  for (const bad of ['a b', 'a\nb', 'é']) {
    assert.equal(
      client.send('CLIENT', 'SETNAME', bad),
      '-ERR Client names cannot contain spaces, newlines or special characters.\r\n',
    );
  }
  assert.match(
    client.send('CLIENT', 'SETNAME', 'x'.repeat(513)),
    /^-ERR Client names cannot exceed 512 bytes/,
  );
  assert.equal(client.send('CLIENT', 'SETNAME', ''), '+OK\r\n');
  assert.equal(client.send('CLIENT', 'GETNAME'), '$-1\r\n');
  assert.equal(client.send('CLIENT', 'GETREDIR'), ':-1\r\n');
});

test('CLIENT SETINFO, NO-EVICT, NO-TOUCH', () => {
  const client = new Rig().connect();
  assert.equal(client.send('CLIENT', 'SETINFO', 'LIB-NAME', 'ioredis'), '+OK\r\n');
  assert.equal(client.send('client', 'setinfo', 'lib-ver', '6.0.0'), '+OK\r\n');
  assert.equal(client.session.libName, 'ioredis');
  assert.equal(client.session.libVersion, '6.0.0');
  assert.equal(
    client.send('CLIENT', 'SETINFO', 'LIB-NAME', 'a b'),
    '-ERR lib-name cannot contain spaces, newlines or special characters.\r\n',
  );
  assert.equal(client.send('CLIENT', 'SETINFO', 'FOO', 'x'), "-ERR Unrecognized option 'FOO'\r\n");
  assert.equal(client.send('CLIENT', 'NO-EVICT', 'ON'), '+OK\r\n');
  assert.equal(client.send('CLIENT', 'NO-TOUCH', 'maybe'), '-ERR syntax error\r\n');
  assert.equal(client.send('CLIENT', 'NO-TOUCH', 'ON'), '+OK\r\n');
  assert.equal(client.session.noTouch, true);
  assert.equal(client.send('CLIENT', 'NO-TOUCH', 'OFF'), '+OK\r\n');
  assert.equal(client.session.noTouch, false);
});

test('CLIENT without or with a wrong subcommand, and its HELP', () => {
  const client = new Rig().connect();
  assert.equal(client.send('CLIENT'), "-ERR wrong number of arguments for 'client' command\r\n");
  assert.equal(client.send('CLIENT', 'FOO'), "-ERR unknown subcommand 'FOO'. Try CLIENT HELP.\r\n");
  assert.equal(
    client.send('CLIENT', 'MAINT_NOTIFICATIONS', 'ON'),
    "-ERR unknown subcommand 'MAINT_NOTIFICATIONS'. Try CLIENT HELP.\r\n",
  );
  const help = client.send('CLIENT', 'HELP');
  assert.match(help, /^\*\d+\r\n\+CLIENT <subcommand>/);
  assert.match(help, /\+SETNAME <name>\r\n\+ {4}Names this connection\.\r\n/);
});
