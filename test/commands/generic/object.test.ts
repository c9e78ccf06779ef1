import assert from 'node:assert/strict';
import { test } from 'node:test';
import { bulk, Rig } from '../command-rig.ts';
import { CommandNode } from '../harness.ts';

test('OBJECT ENCODING has the names that Redis would give', () => {
  const client = new Rig().connect();
  const values: [string, string][] = [
    ['1', 'int'],
    ['-9223372036854775808', 'int'],
    ['9223372036854775808', 'embstr'],
    ['01', 'embstr'],
    ['', 'embstr'],
    ['x'.repeat(44), 'embstr'],
    ['x'.repeat(45), 'raw'],
  ];
  for (const [value, encoding] of values) {
    client.send('SET', 'k', value);
    assert.equal(client.send('OBJECT', 'ENCODING', 'k'), bulk(encoding), value);
  }
  assert.equal(client.send('OBJECT', 'ENCODING', 'nokey'), '$-1\r\n');
});

test('OBJECT IDLETIME counts the seconds since the last use, and looking is none', () => {
  const rig = new Rig();
  const client = rig.connect();
  client.send('SET', 'k', 'v');
  rig.advance(7000);
  assert.equal(client.send('OBJECT', 'IDLETIME', 'k'), ':7\r\n');
  client.send('CLIENT', 'NO-TOUCH', 'ON');
  client.send('GET', 'k');
  assert.equal(client.send('OBJECT', 'IDLETIME', 'k'), ':7\r\n');
  client.send('CLIENT', 'NO-TOUCH', 'OFF');
  client.send('GET', 'k');
  assert.equal(client.send('OBJECT', 'IDLETIME', 'k'), ':0\r\n');
  assert.equal(client.send('OBJECT', 'IDLETIME', 'nokey'), '$-1\r\n');
});

test('OBJECT REFCOUNT, FREQ and HELP', () => {
  const client = new Rig().connect();
  client.send('SET', 'k', 'v');
  assert.equal(client.send('OBJECT', 'REFCOUNT', 'k'), ':1\r\n');
  assert.match(
    client.send('OBJECT', 'FREQ', 'k'),
    /^-ERR An LFU maxmemory policy is not selected, access frequency/,
  );
  assert.equal(client.send('OBJECT', 'FREQ', 'nokey'), '$-1\r\n');
  assert.match(client.send('OBJECT', 'HELP'), /\+IDLETIME <key>\r\n/);
});

test('under an LFU policy uses are counted instead of the time since the last', () => {
  const node = new CommandNode();
  assert.equal(node.run('CONFIG SET maxmemory-policy allkeys-lfu'), 'OK');
  node.advance(0);
  node.run('SET k v');
  assert.equal(node.run('OBJECT FREQ k'), 5);
  node.run('GET k');
  assert.equal(node.run('OBJECT FREQ k'), 6);
  node.run('SET k other');
  assert.ok(Number(node.run('OBJECT FREQ k')) >= 6);
  node.advance(60_000);
  assert.ok(Number(node.run('OBJECT FREQ k')) <= 6);
  assert.match(String(node.run('OBJECT IDLETIME k')), /^-ERR An LFU maxmemory policy is selected/);
});

test('lists are told of as listpacks up to the size that list-max-listpack-size names', () => {
  const node = new CommandNode();
  node.run('RPUSH l a 1 -70000 9223372036854775807');
  assert.equal(node.run('OBJECT ENCODING l'), 'listpack');
  node.call('RPUSH', 'l', 'x'.repeat(8160));
  assert.equal(node.run('OBJECT ENCODING l'), 'quicklist');
  node.run('RPUSH m a b c');
  node.store.listpackLimits.list.size = 2;
  assert.equal(node.run('OBJECT ENCODING m'), 'quicklist');
  node.store.listpackLimits.list.size = 3;
  assert.equal(node.run('OBJECT ENCODING m'), 'listpack');
  assert.ok(Number(node.run('MEMORY USAGE l')) > 8160);
});
