import assert from 'node:assert/strict';
import { test } from 'node:test';
import { CommandNode } from '../harness.ts';

test('returns values and gives, leaves or takes deadlines', () => {
  const node = new CommandNode();
  node.run('HSET h a 1 b 2');
  assert.deepEqual(node.run('HGETEX h EX 10 FIELDS 2 a x'), ['1', null]);
  assert.deepEqual(node.run('HGETEX h FIELDS 2 a b'), ['1', '2']);
  assert.deepEqual(node.run('HTTL h FIELDS 2 a b'), [10, -1]);
  assert.deepEqual(node.run('HGETEX h PERSIST FIELDS 1 a'), ['1']);
  assert.deepEqual(node.run('HTTL h FIELDS 1 a'), [-1]);
  assert.deepEqual(node.run(`HGETEX h PXAT ${node.nowMs} FIELDS 2 a b`), ['1', '2']);
  assert.equal(node.run('EXISTS h'), 0);
  assert.deepEqual(node.run('HGETEX h FIELDS 1 a'), [null]);
});

test('refuses what it does not know', () => {
  const node = new CommandNode();
  const missing = '-ERR Mandatory argument FIELDS is missing or not at the right position';
  assert.equal(node.run('HGETEX h NX 1 FIELDS 1 a'), missing);
  assert.equal(node.run('HGETEX h EX -1 FIELDS 1 a'), '-ERR invalid expire time, must be >= 0');
});
