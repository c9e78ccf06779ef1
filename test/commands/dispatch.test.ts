import assert from 'node:assert/strict';
import { test } from 'node:test';
import { createLog } from '../../src/base/log.ts';
import { Rig } from './command-rig.ts';

test('a line of HTTP closes the connection without a reply, and is logged once a minute', () => {
  const lines: string[] = [];
  const log = createLog(
    'info',
    (line) => lines.push(line),
    () => 0,
  );
  const rig = new Rig({ log });
  for (const args of [['POST', '/', 'HTTP/1.1'], ['Host:', 'localhost:6379'], ['host:']]) {
    const client = rig.connect();
    assert.equal(client.send('PING'), '+PONG\r\n');
    assert.equal(client.send(...args), '');
    assert.equal(client.session.closing, true);
  }
  assert.equal(lines.length, 1);
  assert.match(lines[0]!, /warn possible attack.*address=127\.0\.0\.1:50001/);
  rig.advance(60_000);
  rig.connect().send('POST', '/');
  assert.equal(lines.length, 2);
  assert.match(rig.connect().send('POSTS'), /^-ERR unknown command 'POSTS'/);
});

test('what is too long for a text is refused, and shown in part where it is only named', () => {
  const rig = new Rig();
  const [client, admin] = [rig.connect(), rig.connect()];
  const long = Buffer.alloc(1024 * 1024 + 1, 97);
  assert.equal(client.send('CLIENT', 'SETNAME', long), '-ERR argument is longer than 1048576 bytes\r\n');
  const shown = 'a'.repeat(128);
  assert.equal(client.send(long), `-ERR unknown command '${shown}', with args beginning with: \r\n`);
  assert.equal(client.send('CLIENT', long), `-ERR unknown subcommand '${shown}'. Try CLIENT HELP.\r\n`);
  admin.send('ACL', 'SETUSER', 'bob', 'on', 'nopass', '~k', '+get');
  client.send('AUTH', 'bob', 'x');
  assert.match(client.send('GET', long), /^-NOPERM No permissions to access a key/);
  assert.match(admin.send('ACL', 'LOG'), /\r\n\$1024\r\na{1024}\r\n/);
});

test('nothing is evicted for what no eviction could make room for', () => {
  const rig = new Rig({ memoryBytes: 1024 * 1024 });
  const { eviction } = rig.store;
  eviction.policy = 'allkeys-lru';
  const client = rig.connect();
  for (let i = 0; i < 200; i++) client.send('set', `k${i}`, 'v'.repeat(100));
  const value = Array.from({ length: 300_000 }, (_, i) =>
    String.fromCharCode(33 + ((i * i * 7 + i) % 90)),
  ).join('');
  const many = Array.from({ length: 5 }, (_, i) => `${i}${value}`);
  const pairs = many.flatMap((one, i) => [`p${i}`, one]);
  for (const line of [
    ['set', 'big', many.join('')],
    ['append', 'k1', many.join('')],
    ['setrange', 'k1', '2000000', 'x'],
    ['setbit', 'k1', '20000000', '1'],
    ['mset', ...pairs],
    ['sadd', 's', ...many],
    ['rpush', 'l', ...many],
    ['hset', 'h', ...pairs],
    ['xadd', 'x', '*', 'f', many.join('')],
  ]) {
    assert.match(client.send(...line), /^-OOM /, line[0]);
  }
  assert.equal(eviction.evictedCount, 0);
  // What fits once others have gone does evict.
  for (const one of many) assert.equal(client.send('set', one.slice(0, 1), one), '+OK\r\n');
  assert.ok(eviction.evictedCount > 0);
});
