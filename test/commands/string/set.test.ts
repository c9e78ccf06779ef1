import assert from 'node:assert/strict';
import { test } from 'node:test';
import { CommandNode } from '../harness.ts';

test('sets, and overwrites value and deadline', () => {
  const node = new CommandNode();
  assert.equal(node.run('SET k v EX 100'), 'OK');
  assert.equal(node.run('SET k w'), 'OK');
  assert.equal(node.run('TTL k'), -1);
  assert.equal(node.run('GET k'), 'w');
});

test('NX and XX hold it back', () => {
  const node = new CommandNode();
  assert.equal(node.run('SET k v XX'), null);
  assert.equal(node.run('EXISTS k'), 0);
  assert.equal(node.run('SET k v NX'), 'OK');
  assert.equal(node.run('SET k w NX'), null);
  assert.equal(node.run('SET k x xx'), 'OK');
  assert.equal(node.run('GET k'), 'x');
  assert.equal(node.run('SET k v NX XX'), '-ERR syntax error');
});

test('GET returns what was there', () => {
  const node = new CommandNode();
  assert.equal(node.run('SET k v GET'), null);
  assert.equal(node.run('SET k w GET'), 'v');
  assert.equal(node.run('SET k x NX GET'), 'w');
  assert.equal(node.run('GET k'), 'w');
  assert.equal(node.run('SET new v NX GET'), null);
  assert.equal(node.run('GET new'), 'v');
});

test('EX, PX, EXAT, PXAT and KEEPTTL state the deadline', () => {
  const node = new CommandNode();
  assert.equal(node.run('SET k v EX 10'), 'OK');
  assert.equal(node.run('PTTL k'), 10000);
  assert.equal(node.run('SET k v PX 1500'), 'OK');
  assert.equal(node.run('PTTL k'), 1500);
  assert.equal(node.run('SET k w KEEPTTL'), 'OK');
  assert.equal(node.run('PTTL k'), 1500);
  assert.equal(node.run('SET k v EXAT 4102444800'), 'OK');
  assert.equal(node.run('EXPIRETIME k'), 4102444800);
  assert.equal(node.run('SET k v PXAT 4102444800123'), 'OK');
  assert.equal(node.run('PEXPIRETIME k'), 4102444800123);
  assert.equal(node.run('SET new v KEEPTTL'), 'OK');
  assert.equal(node.run('TTL new'), -1);
  assert.equal(node.run('SET k v EX 10 EX 20'), 'OK');
  assert.equal(node.run('PTTL k'), 20000);
  assert.equal(node.run('SET k v PXAT 1'), 'OK');
  assert.equal(node.run('GET k'), null);
});

test('a bad option changes nothing', () => {
  const node = new CommandNode();
  assert.equal(node.run('SET k v'), 'OK');
  assert.equal(node.run('SET k w EX 0'), "-ERR invalid expire time in 'set' command");
  assert.equal(node.run('SET k w PX -1'), "-ERR invalid expire time in 'set' command");
  assert.equal(node.run('SET k w EX 9223372036854775807'), "-ERR invalid expire time in 'set' command");
  assert.equal(node.run('SET k w EX x'), '-ERR value is not an integer or out of range');
  assert.equal(node.run('SET k w EX'), '-ERR syntax error');
  assert.equal(node.run('SET k w EX 10 PX 10'), '-ERR syntax error');
  assert.equal(node.run('SET k w EX 10 KEEPTTL'), '-ERR syntax error');
  assert.equal(node.run('SET k w KEEPTTL EX 10'), '-ERR syntax error');
  assert.equal(node.run('SET k w EX x NX XX'), '-ERR syntax error');
  assert.equal(node.run('SET k w what'), '-ERR syntax error');
  assert.equal(node.run('GET k'), 'v');
  assert.equal(node.run('TTL k'), -1);
});

test('what does not fit is refused and changes nothing', () => {
  const node = new CommandNode({ memoryBytes: 1024 * 1024 });
  assert.equal(node.run('SET k v'), 'OK');
  assert.equal(
    node.run(`SET k ${'x'.repeat(2_000_000)}`),
    "-OOM command not allowed when used memory > 'maxmemory'.",
  );
  assert.equal(
    node.run(`SET k ${'x'.repeat(2_000_000)} GET`),
    "-OOM command not allowed when used memory > 'maxmemory'.",
  );
  assert.equal(node.run('GET k'), 'v');
});
