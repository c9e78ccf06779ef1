import assert from 'node:assert/strict';
import { test } from 'node:test';
import { CommandNode } from '../harness.ts';

function get(node: CommandNode, key: string): string {
  const reply = node.bytes('GET', key);
  return reply.subarray(reply.indexOf('\n') + 1, -2).toString('hex');
}

test('combines strings of different lengths', () => {
  const node = new CommandNode();
  node.call('SET', 'a', '\xff\x0f\xaa');
  node.call('SET', 'b', '\x0f\xff');
  assert.equal(node.run('BITOP AND d a b'), 3);
  assert.equal(get(node, 'd'), '0f0f00');
  node.run('BITOP or d a b missing');
  assert.equal(get(node, 'd'), 'ffffaa');
  node.run('BITOP XOR d a b');
  assert.equal(get(node, 'd'), 'f0f0aa');
  node.run('BITOP NOT d a');
  assert.equal(get(node, 'd'), '00f055');
  node.run('BITOP AND d missing a');
  assert.equal(get(node, 'd'), '000000');
});

test('removes the destination where the result is empty, and drops its deadline else', () => {
  const node = new CommandNode();
  node.run('SET d x EX 100');
  assert.equal(node.run('BITOP OR d missing'), 0);
  assert.equal(node.run('EXISTS d'), 0);
  node.run('SET d x EX 100');
  assert.equal(node.run('BITOP OR d d'), 1);
  assert.equal(node.run('TTL d'), -1);
  assert.equal(node.run('BITOP NOT d a b'), '-ERR BITOP NOT must be called with a single source key.');
  assert.equal(node.run('BITOP NAND d a b'), '-ERR syntax error');
});
