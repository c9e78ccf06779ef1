import assert from 'node:assert/strict';
import { test } from 'node:test';
import { bulk, Rig } from '../command-rig.ts';

test('COMMAND DOCS is a map of maps with bulk keys and values', () => {
  const client = new Rig().connect();
  const summary = `${bulk('summary')}${bulk('Returns PONG, or the message it is given.')}`;
  const fields = `${summary}${bulk('since')}${bulk('1.0.0')}${bulk('group')}${bulk('connection')}`;
  assert.equal(client.send('COMMAND', 'DOCS', 'ping'), `*2\r\n${bulk('ping')}*6\r\n${fields}`);
  assert.equal(client.send('COMMAND', 'DOCS', 'foo'), '*0\r\n');
  client.send('HELLO', '3');
  assert.equal(client.send('COMMAND', 'DOCS', 'ping', 'foo'), `%1\r\n${bulk('ping')}%3\r\n${fields}`);
  assert.match(
    client.send('COMMAND', 'DOCS', 'config'),
    /\$11\r\nsubcommands\r\n%4\r\n\$10\r\nconfig\|get\r\n%3\r\n/,
  );
  assert.ok(client.send('COMMAND', 'DOCS', 'config|get').startsWith(`%1\r\n${bulk('config|get')}%3\r\n`));
});

test('COMMAND DOCS documents all commands', () => {
  const rig = new Rig();
  const reply = rig.connect().send('COMMAND', 'DOCS');
  assert.ok(reply.startsWith(`*${rig.services.table.size * 2}\r\n`));
});
