import assert from 'node:assert/strict';
import { test } from 'node:test';
import { bulk, Rig } from '../command-rig.ts';

const fields = (proto: number, id: number): string =>
  `${bulk('server')}${bulk('redis')}${bulk('version')}${bulk('7.2.5')}${bulk('proto')}:${proto}\r\n` +
  `${bulk('id')}:${id}\r\n${bulk('mode')}${bulk('standalone')}${bulk('role')}${bulk('master')}${bulk('modules')}*0\r\n`;

test('HELLO tells about the server in the protocol it has chosen', () => {
  const client = new Rig().connect();
  assert.equal(client.send('HELLO'), `*14\r\n${fields(2, 1)}`);
  assert.equal(client.send('HELLO', '3'), `%7\r\n${fields(3, 1)}`);
  assert.equal(client.send('hello'), `%7\r\n${fields(3, 1)}`);
  assert.equal(client.send('HELLO', '2', 'SETNAME', 'probe'), `*14\r\n${fields(2, 1)}`);
  assert.equal(client.session.name, 'probe');
});

test('HELLO refuses in Redis words and changes nothing then', () => {
  const client = new Rig().connect();
  const refused: [string[], string][] = [
    [['x'], 'ERR Protocol version is not an integer or out of range'],
    [['5'], 'NOPROTO unsupported protocol version'],
    [['3', 'FOO'], "ERR Syntax error in HELLO option 'FOO'"],
    [['3', 'AUTH', 'a'], "ERR Syntax error in HELLO option 'AUTH'"],
    [['3', 'AUTH', 'a', 'b'], 'WRONGPASS invalid username-password pair or user is disabled.'],
    [['3', 'SETNAME', 'a b'], 'ERR Client names cannot contain spaces, newlines or special characters.'],
    [['3', 'SETNAME', 'ok', 'AUTH'], "ERR Syntax error in HELLO option 'AUTH'"],
  ];
  for (const [args, line] of refused) assert.equal(client.send('HELLO', ...args), `-${line}\r\n`);
  assert.equal(client.session.protocol, 2);
  assert.equal(client.session.name, '');
});

test('HELLO wants the password where one is set', () => {
  const client = new Rig({ password: 'secret' }).connect();
  const wanted =
    '-NOAUTH HELLO must be called with the client already authenticated, otherwise the HELLO AUTH <user> <pass> ' +
    'option can be used to authenticate the client and select the RESP protocol version at the same time\r\n';
  assert.equal(client.send('HELLO', '3'), wanted);
  assert.equal(client.session.protocol, 2);
  assert.match(client.send('HELLO', '3', 'AUTH', 'default', 'wrong'), /^-WRONGPASS/);
  assert.equal(client.send('PING'), '-NOAUTH Authentication required.\r\n');
  assert.match(client.send('HELLO', '3', 'AUTH', 'default', 'secret', 'SETNAME', 'x'), /^%7\r\n/);
  assert.equal(client.send('PING'), '+PONG\r\n');
});
