import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Rig } from '../command-rig.ts';

test('CLIENT KILL ip:port closes exactly that connection', () => {
  const rig = new Rig();
  const client = rig.connect('10.0.0.1:1');
  const other = rig.connect('10.0.0.2:2');
  assert.equal(client.send('CLIENT', 'KILL', '10.0.0.3:3'), '-ERR No such client\r\n');
  assert.equal(client.send('CLIENT', 'KILL', '10.0.0.2:2'), '+OK\r\n');
  assert.equal(other.closed, true);
  assert.equal(client.send('CLIENT', 'KILL', '10.0.0.1:1'), '+OK\r\n');
  assert.equal(client.closed, true);
});

test('CLIENT KILL with filters counts what it closed and skips the caller', () => {
  const rig = new Rig();
  const client = rig.connect('10.0.0.1:1');
  const others = [rig.connect('10.0.0.2:2'), rig.connect('10.0.0.3:3'), rig.connect('10.0.0.4:4')];
  assert.equal(client.send('CLIENT', 'KILL', 'ID', '99'), ':0\r\n');
  assert.equal(client.send('CLIENT', 'KILL', 'ID', '1'), ':0\r\n');
  assert.equal(client.send('CLIENT', 'KILL', 'ID', '2'), ':1\r\n');
  assert.equal(client.send('CLIENT', 'KILL', 'ADDR', '10.0.0.3:3', 'LADDR', '1:1'), ':0\r\n');
  assert.equal(client.send('CLIENT', 'KILL', 'ADDR', '10.0.0.3:3', 'LADDR', '127.0.0.1:6379'), ':1\r\n');
  assert.equal(client.send('CLIENT', 'KILL', 'TYPE', 'pubsub'), ':0\r\n');
  assert.equal(client.send('CLIENT', 'KILL', 'TYPE', 'normal', 'USER', 'default'), ':1\r\n');
  assert.deepEqual(
    others.map((other) => other.closed),
    [true, true, true],
  );
  assert.equal(client.closed, false);
  assert.equal(client.send('CLIENT', 'KILL', 'ID', '1', 'SKIPME', 'no'), ':1\r\n');
  assert.equal(client.closed, true);
});

test('CLIENT KILL MAXAGE closes those that are as old', () => {
  const rig = new Rig();
  const old = rig.connect();
  rig.advance(1500);
  const client = rig.connect();
  rig.advance(500);
  const young = rig.connect();
  assert.equal(client.send('CLIENT', 'KILL', 'MAXAGE', '3'), ':0\r\n');
  assert.equal(client.send('CLIENT', 'KILL', 'MAXAGE', '2'), ':1\r\n');
  assert.deepEqual([old.closed, young.closed], [true, false]);
});

test('CLIENT KILL refuses in Redis words', () => {
  const client = new Rig().connect();
  const refused: [string[], string][] = [
    [['ID', 'x'], 'ERR client-id should be greater than 0'],
    [['ID', '0'], 'ERR client-id should be greater than 0'],
    [['TYPE', 'zz'], "ERR Unknown client type 'zz'"],
    [['USER', 'nobody'], "ERR No such user 'nobody'"],
    [['MAXAGE', '0'], 'ERR maxage should be greater than 0'],
    [['MAXAGE', 'x'], 'ERR maxage is not an integer or out of range'],
    [['FOO', 'bar'], 'ERR syntax error'],
    [['ID', '1', 'ID'], 'ERR syntax error'],
    [['ID', '1', 'SKIPME', 'x'], 'ERR syntax error'],
  ];
  for (const [args, line] of refused) assert.equal(client.send('CLIENT', 'KILL', ...args), `-${line}\r\n`);
  assert.equal(client.send('CLIENT', 'KILL'), "-ERR wrong number of arguments for 'client|kill' command\r\n");
});
