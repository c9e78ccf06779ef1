import assert from 'node:assert/strict';
import { test } from 'node:test';
import { CommandNode } from '../harness.ts';

test('sets and clears bits, and grows with zeros', () => {
  const node = new CommandNode();
  assert.equal(node.run('SETBIT k 7 1'), 0);
  assert.deepEqual(node.bytes('GET', 'k'), Buffer.from('$1\r\n\x01\r\n', 'latin1'));
  assert.equal(node.run('SETBIT k 7 0'), 1);
  assert.equal(node.run('SETBIT k 2000 1'), 0);
  assert.equal(node.run('STRLEN k'), 251);
  assert.equal(node.run('GETBIT k 2000'), 1);
});

test('keeps the deadline, and refuses what is no bit', () => {
  const node = new CommandNode();
  node.run('SET k a EX 100');
  node.run('SETBIT k 1 0');
  assert.equal(node.run('TTL k'), 100);
  const offset = '-ERR bit offset is not an integer or out of range';
  for (const bad of ['-1', 'x', '4294967296', '99999999999999999999']) {
    assert.equal(node.run(`SETBIT k ${bad} 1`), offset);
  }
  assert.equal(node.run('SETBIT k 0 2'), '-ERR bit is not an integer or out of range');
  assert.equal(node.run('SETBIT k 0 x'), '-ERR bit is not an integer or out of range');
});

test('what changes nothing is no write', () => {
  const node = new CommandNode();
  node.run('SETBIT k 9 1');
  const before = node.store.recorder?.count;
  assert.equal(node.run('SETBIT k 9 1'), 1);
  assert.equal(node.run('SETBIT k 3 0'), 0);
  assert.deepEqual(node.run('BITFIELD k SET u1 9 1 INCRBY u8 0 0'), [1, 0]);
  assert.equal(node.store.recorder?.count, before);
  node.run('SETBIT k 16 0');
  assert.equal(node.run('STRLEN k'), 3);
});

test('is a patch of one byte where the value is long', () => {
  const node = new CommandNode();
  node.call('SET', 'k', 'x'.repeat(5000));
  const before = node.store.recorder?.pos ?? 0;
  node.run('SETBIT k 8 1');
  assert.ok((node.store.recorder?.pos ?? 0) - before < 40);
});
