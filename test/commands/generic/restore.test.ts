import assert from 'node:assert/strict';
import { test } from 'node:test';
import { CommandNode } from '../harness.ts';

function dumped(node: CommandNode, key: string): Buffer {
  const reply = node.bytes('DUMP', key);
  return reply.subarray(reply.indexOf('\n') + 1, -2);
}

test('restores with a time to live, relative or absolute', () => {
  const node = new CommandNode();
  node.run('SET k value');
  const payload = dumped(node, 'k');
  assert.equal(node.call('RESTORE', 'a', 5000, payload), 'OK');
  assert.equal(node.run('PTTL a'), 5000);
  assert.equal(node.call('RESTORE', 'b', node.nowMs + 9000, payload, 'ABSTTL'), 'OK');
  assert.equal(node.run('PTTL b'), 9000);
  assert.equal(node.call('RESTORE', 'c', 1, payload, 'absttl'), 'OK');
  assert.equal(node.run('EXISTS c'), 0);
  assert.equal(node.run('GET a'), 'value');
});

test('a time to live beyond what is kept is as late as it can be, one beyond 64 bits has passed', () => {
  const node = new CommandNode();
  node.run('SET k value');
  const payload = dumped(node, 'k');
  const most = String(2n ** 63n - 1n);
  for (const [i, ttl] of [most, String(2n ** 62n), '9007199254740991'].entries()) {
    assert.equal(node.call('RESTORE', `a${i}`, ttl, payload, 'ABSTTL'), 'OK');
    assert.equal(node.run(`PEXPIRETIME a${i}`), Number.MAX_SAFE_INTEGER);
    assert.equal(node.call('RESTORE', `r${i}`, ttl, payload), 'OK');
    assert.equal(node.run(`PEXPIRETIME r${i}`), i === 0 ? -2 : Number.MAX_SAFE_INTEGER);
  }
});

test('replaces only where it is told to', () => {
  const node = new CommandNode();
  node.run('SET k value');
  node.run('SET other x EX 100');
  const payload = dumped(node, 'k');
  assert.match(
    node.bytes('RESTORE', 'other', 0, payload).toString(),
    /BUSYKEY Target key name already exists\./,
  );
  assert.equal(node.call('RESTORE', 'other', 0, payload, 'REPLACE'), 'OK');
  assert.equal(node.run('GET other'), 'value');
  assert.equal(node.run('TTL other'), -1);
});

test('sets the access clock', () => {
  const node = new CommandNode();
  node.run('SET k value');
  const payload = dumped(node, 'k');
  assert.equal(node.call('RESTORE', 'a', 0, payload, 'IDLETIME', 1000), 'OK');
  assert.equal(node.run('OBJECT IDLETIME a'), 1000);
  node.run('CONFIG SET maxmemory-policy allkeys-lfu');
  assert.equal(node.call('RESTORE', 'b', 0, payload, 'FREQ', 77), 'OK');
  assert.equal(node.run('OBJECT FREQ b'), 77);
});

test('refuses what is no payload, and bad options', () => {
  const node = new CommandNode();
  node.run('SET k value');
  const payload = dumped(node, 'k');
  const said = (...args: (string | number | Buffer)[]): string =>
    node.bytes('RESTORE', 'x', ...args).toString();
  assert.match(said(0, Buffer.alloc(3)), /ERR DUMP payload version or checksum are wrong/);
  const damaged = Buffer.from(payload);
  damaged[1]! ^= 1;
  assert.match(said(0, damaged), /ERR DUMP payload version or checksum are wrong/);
  assert.match(said(-1, payload), /ERR Invalid TTL value, must be >= 0/);
  assert.match(said('x', payload), /ERR value is not an integer/);
  assert.match(said(0, payload, 'IDLETIME', -1), /ERR Invalid IDLETIME value/);
  assert.match(said(0, payload, 'FREQ', 256), /ERR Invalid FREQ value/);
  assert.match(said(0, payload, 'FREQ', 1, 'IDLETIME', 1), /ERR syntax error/);
  assert.match(said(0, payload, 'bogus'), /ERR syntax error/);
  const unknown = Buffer.from(payload);
  unknown[0] = 99;
  unknown.fill(0, unknown.length - 8);
  assert.match(said(0, unknown), /ERR Bad data format/);
  assert.equal(node.run('EXISTS x'), 0);
});
