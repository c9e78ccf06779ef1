import assert from 'node:assert/strict';
import { test } from 'node:test';
import { CommandNode } from '../harness.ts';

test('sets deadlines from now and absolute ones', () => {
  const node = new CommandNode();
  assert.equal(node.run('EXPIRE k 10'), 0);
  assert.equal(node.run('SET k v'), 'OK');
  assert.equal(node.run('EXPIRE k 10'), 1);
  assert.equal(node.run('PTTL k'), 10000);
  assert.equal(node.run('PEXPIRE k 500'), 1);
  assert.equal(node.run('PTTL k'), 500);
  assert.equal(node.run('EXPIREAT k 4102444800'), 1);
  assert.equal(node.run('PEXPIRETIME k'), 4102444800000);
  assert.equal(node.run('PEXPIREAT k 4102444800123'), 1);
  assert.equal(node.run('PEXPIRETIME k'), 4102444800123);
  assert.equal(node.run('PEXPIRE k 100'), 1);
  node.advance(99);
  assert.equal(node.run('EXISTS k'), 1);
  node.advance(1);
  assert.equal(node.run('EXISTS k'), 0);
});

test('a time that has passed removes the key', () => {
  const node = new CommandNode();
  assert.equal(node.run('SET k v'), 'OK');
  assert.equal(node.run('EXPIRE k 0'), 1);
  assert.equal(node.run('EXISTS k'), 0);
  assert.equal(node.run('SET k v'), 'OK');
  assert.equal(node.run('EXPIRE k -1'), 1);
  assert.equal(node.run('EXISTS k'), 0);
  assert.equal(node.run('SET k v'), 'OK');
  assert.equal(node.run('PEXPIRE k 0'), 1);
  assert.equal(node.run('EXISTS k'), 0);
  assert.equal(node.run('SET k v'), 'OK');
  assert.equal(node.run('EXPIREAT k 1'), 1);
  assert.equal(node.run('EXISTS k'), 0);
  assert.equal(node.run('SET k v'), 'OK');
  assert.equal(node.run('PEXPIREAT k -9223372036854770000'), 1);
  assert.equal(node.run('EXISTS k'), 0);
});

test('NX, XX, GT and LT hold it back', () => {
  const node = new CommandNode();
  assert.equal(node.run('SET k v'), 'OK');
  assert.equal(node.run('EXPIRE k 10 XX'), 0);
  assert.equal(node.run('EXPIRE k 10 GT'), 0);
  assert.equal(node.run('EXPIRE k 10 LT'), 1);
  assert.equal(node.run('EXPIRE k 20 NX'), 0);
  assert.equal(node.run('EXPIRE k 20 LT'), 0);
  assert.equal(node.run('EXPIRE k 5 GT'), 0);
  assert.equal(node.run('EXPIRE k 20 gt xx'), 1);
  assert.equal(node.run('PTTL k'), 20000);
  assert.equal(node.run('EXPIRE k 20 GT'), 0);
  assert.equal(node.run('EXPIRE k 0 GT'), 0);
  assert.equal(node.run('EXPIRE k 0 LT'), 1);
  assert.equal(node.run('EXISTS k'), 0);
  assert.equal(node.run('SET k v'), 'OK');
  assert.equal(node.run('EXPIRE k 10 NX'), 1);
});

test('refuses what cannot be', () => {
  const node = new CommandNode();
  assert.equal(node.run('SET k v'), 'OK');
  assert.equal(
    node.run('EXPIRE k 10 NX XX'),
    '-ERR NX and XX, GT or LT options at the same time are not compatible',
  );
  assert.equal(node.run('EXPIRE k 10 GT LT'), '-ERR GT and LT options at the same time are not compatible');
  assert.equal(node.run('EXPIRE k x what'), '-ERR Unsupported option what');
  assert.equal(node.run('EXPIRE k x'), '-ERR value is not an integer or out of range');
  assert.equal(node.run('EXPIRE k 9223372036854775807'), "-ERR invalid expire time in 'expire' command");
  assert.equal(node.run('EXPIRE k 9223372036854775'), "-ERR invalid expire time in 'expire' command");
  assert.equal(node.run('EXPIRE k -9223372036854776'), "-ERR invalid expire time in 'expire' command");
  assert.equal(node.run('PEXPIRE k 9223372036854775807'), "-ERR invalid expire time in 'pexpire' command");
  assert.equal(node.run('EXPIREAT k 9223372036854776'), "-ERR invalid expire time in 'expireat' command");
  assert.equal(node.run('TTL k'), -1);
  assert.equal(node.run('PEXPIREAT k 9223372036854775807'), 1);
  assert.equal(node.run('EXISTS k'), 1);
});

test('an overwritten deadline counts no more, an overwritten value has none', () => {
  const node = new CommandNode();
  assert.equal(node.run('SET k v PX 10'), 'OK');
  assert.equal(node.run('EXPIRE k 100'), 1);
  node.advance(10);
  assert.equal(node.run('GET k'), 'v');
  assert.equal(node.run('SET k w'), 'OK');
  node.advance(200000);
  assert.equal(node.run('GET k'), 'w');
});
