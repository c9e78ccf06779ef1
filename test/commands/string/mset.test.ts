import assert from 'node:assert/strict';
import { test } from 'node:test';
import { CommandNode } from '../harness.ts';

test('sets all, the last of equal keys, and drops deadlines', () => {
  const node = new CommandNode();
  assert.equal(node.run('SET a 0 EX 100'), 'OK');
  assert.equal(node.run('MSET a 1 b 2 a 3'), 'OK');
  assert.deepEqual(node.run('MGET a b'), ['3', '2']);
  assert.equal(node.run('TTL a'), -1);
  assert.equal(node.run('MSET a'), "-ERR wrong number of arguments for 'mset' command");
  assert.equal(node.run('MSET a 1 b'), "-ERR wrong number of arguments for 'mset' command");
});

test('sets all or nothing where memory runs out', () => {
  const node = new CommandNode({ memoryBytes: 1024 * 1024 });
  for (let round = 0; round < 200; round++) {
    const pairs = Array.from({ length: 10 }, (_, i) => [`${round}:${i}`, 'x'.repeat(round * 20 + i * 100)]);
    const reply = node.call('MSET', ...pairs.flat());
    const found = node.call('EXISTS', ...pairs.map(([key = '']) => key));
    assert.equal(found, reply === 'OK' ? 10 : 0);
  }
  assert.equal(
    node.run(`MSET last ${'x'.repeat(1_000_000)}`),
    "-OOM command not allowed when used memory > 'maxmemory'.",
  );
});

test('sets all or nothing at the limits of keys and sizes', () => {
  const node = new CommandNode();
  node.store.limits = { keysMax: 3, keyBytesMax: 10, valueBytesMax: 20 };
  assert.match(String(node.run('MSET a 1 b 2 c 3 d 4')), /^-/);
  assert.match(String(node.run(`MSET a 1 ${'k'.repeat(11)} 2`)), /^-/);
  assert.match(String(node.run(`MSET a 1 b ${'v'.repeat(21)}`)), /^-/);
  assert.equal(node.run('DBSIZE'), 0);
  assert.equal(node.run('MSET a 1 b 2 c 3'), 'OK');
  assert.equal(node.run('MSET a 4 b 5 c 6'), 'OK');
  assert.match(String(node.run('MSET a 7 d 8')), /^-/);
  assert.deepEqual(node.run('MGET a b c d'), ['4', '5', '6', null]);
});
