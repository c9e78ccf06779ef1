import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Rig } from '../command-rig.ts';
import { CommandNode } from '../harness.ts';

test('moves value and deadline over whatever is there', () => {
  const node = new CommandNode();
  assert.equal(node.run('SET a v EX 100'), 'OK');
  assert.equal(node.run('SET b old'), 'OK');
  assert.equal(node.run('RENAME a b'), 'OK');
  assert.equal(node.run('GET b'), 'v');
  assert.equal(node.run('TTL b'), 100);
  assert.equal(node.run('EXISTS a'), 0);
  assert.equal(node.run('SET c w'), 'OK');
  assert.equal(node.run('RENAME c b'), 'OK');
  assert.equal(node.run('TTL b'), -1);
});

test('to itself changes nothing; from nothing is an error', () => {
  const node = new CommandNode();
  assert.equal(node.run('RENAME a b'), '-ERR no such key');
  assert.equal(node.run('RENAME a a'), '-ERR no such key');
  assert.equal(node.run('SET a v PX 10'), 'OK');
  assert.equal(node.run('RENAME a a'), 'OK');
  assert.equal(node.run('PTTL a'), 10);
  node.advance(10);
  assert.equal(node.run('RENAME a b'), '-ERR no such key');
  assert.equal(node.run('RENAME a'), "-ERR wrong number of arguments for 'rename' command");
});

test('a counter counts on', () => {
  const node = new CommandNode();
  assert.equal(node.run('INCRBY a 7'), 7);
  assert.equal(node.run('RENAME a b'), 'OK');
  assert.equal(node.run('INCR b'), 8);
  assert.equal(node.run('INCR a'), 1);
});

test('where the copy does not fit, the key keeps its name', () => {
  const node = new CommandNode({ memoryBytes: 1024 * 1024 });
  node.call('SET', 'a', 'x'.repeat(700_000));
  assert.equal(node.run('RENAME a b'), "-OOM command not allowed when used memory > 'maxmemory'.");
  assert.equal(node.run('STRLEN a'), 700_000);
  assert.equal(node.run('EXISTS b'), 0);
});

test('RENAME and COPY over a collection of another type leave the type of what was moved', () => {
  const client = new Rig().connect();
  client.send('HSET', 'h', 'f', 'v');
  client.send('SADD', 's', 'a', 'b');
  assert.equal(client.send('RENAME', 'h', 's'), '+OK\r\n');
  assert.equal(client.send('TYPE', 's'), '+hash\r\n');
  assert.equal(client.send('HGETALL', 's'), '*2\r\n$1\r\nf\r\n$1\r\nv\r\n');
  assert.match(client.send('SMEMBERS', 's'), /^-WRONGTYPE/);
  client.send('SADD', 't', 'a');
  assert.equal(client.send('COPY', 't', 's', 'REPLACE'), ':1\r\n');
  assert.equal(client.send('SMEMBERS', 's'), '*1\r\n$1\r\na\r\n');
});
