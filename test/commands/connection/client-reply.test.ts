import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Rig } from '../command-rig.ts';

test('CLIENT REPLY OFF silences a connection until ON; errors too', () => {
  const client = new Rig().connect();
  assert.equal(client.send('client', 'reply', 'off'), '');
  assert.equal(client.send('set', 'k', 'v'), '');
  assert.equal(client.send('nonsense'), '');
  assert.equal(client.send('client', 'reply', 'skip'), '');
  assert.equal(client.send('client', 'reply', 'on'), '+OK\r\n');
  assert.equal(client.send('get', 'k'), '$1\r\nv\r\n');
});

test('CLIENT REPLY SKIP silences the next command only', () => {
  const client = new Rig().connect();
  assert.equal(client.send('client', 'reply', 'skip'), '');
  assert.equal(client.send('ping'), '');
  assert.equal(client.send('ping'), '+PONG\r\n');
  assert.equal(client.send('client', 'reply', 'what'), '-ERR syntax error\r\n');
});

test('messages come to a silent connection all the same', () => {
  const rig = new Rig();
  const [a, b] = [rig.connect(), rig.connect()];
  a.send('hello', '3');
  a.send('client', 'reply', 'off');
  assert.match(a.send('subscribe', 'c'), /^>3/);
  b.send('publish', 'c', 'm');
  assert.match(a.pushed(), /^>3/);
});
