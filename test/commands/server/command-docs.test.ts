import assert from 'node:assert/strict';
import { test } from 'node:test';
import { bulk, Rig } from '../command-rig.ts';

test('COMMAND DOCS is a map of maps with bulk keys and values', () => {
  const client = new Rig().connect();
  const summary = `${bulk('summary')}${bulk('Returns PONG, or the message it is given.')}`;
  const texts = `${summary}${bulk('since')}${bulk('1.0.0')}${bulk('group')}${bulk('connection')}`;
  const fields = `${texts}${bulk('complexity')}${bulk('O(1)')}`;
  assert.equal(
    client
      .send('COMMAND', 'DOCS', 'ping')
      .slice(0, -1)
      .startsWith(`*2\r\n${bulk('ping')}*10\r\n${fields}`),
    true,
  );
  assert.equal(client.send('COMMAND', 'DOCS', 'foo'), '*0\r\n');
  client.send('HELLO', '3');
  const message = `*1\r\n%3\r\n${bulk('name')}${bulk('message')}${bulk('type')}${bulk('string')}`;
  assert.equal(
    client.send('COMMAND', 'DOCS', 'ping', 'foo'),
    `%1\r\n${bulk('ping')}%5\r\n${fields}${bulk('arguments')}${message}${bulk('flags')}~1\r\n+optional\r\n`,
  );
  assert.match(
    client.send('COMMAND', 'DOCS', 'config'),
    /\$11\r\nsubcommands\r\n%\d\r\n\$10\r\nconfig\|get\r\n%\d\r\n/,
  );
  assert.ok(client.send('COMMAND', 'DOCS', 'config|get').startsWith(`%1\r\n${bulk('config|get')}%5\r\n`));
});

test('COMMAND DOCS documents all commands', () => {
  const rig = new Rig();
  const reply = rig.connect().send('COMMAND', 'DOCS');
  assert.ok(reply.startsWith(`*${rig.services.table.size * 2}\r\n`));
});

test('arguments tell of keys, words, choices and repetition', () => {
  const client = new Rig().connect();
  const reply = client.send('COMMAND', 'DOCS', 'set');
  const key = `*6\r\n${bulk('name')}${bulk('key')}${bulk('type')}${bulk('key')}${bulk('key_spec_index')}:0\r\n`;
  assert.ok(reply.includes(key));
  const nx = `*6\r\n${bulk('name')}${bulk('nx')}${bulk('type')}${bulk('pure-token')}${bulk('token')}${bulk('NX')}`;
  assert.ok(reply.includes(`${bulk('flags')}*1\r\n+optional\r\n${bulk('arguments')}*2\r\n${nx}`));
  const copy = client.send('COMMAND', 'DOCS', 'copy');
  assert.ok(
    copy.includes(`${bulk('destination')}${bulk('type')}${bulk('key')}${bulk('key_spec_index')}:1\r\n`),
  );
  assert.ok(client.send('COMMAND', 'DOCS', 'mget').includes('*1\r\n+multiple\r\n'));
});
