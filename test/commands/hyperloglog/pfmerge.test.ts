import assert from 'node:assert/strict';
import { test } from 'node:test';
import { CommandNode } from '../harness.ts';

test('unites sets into the first, which need not exist', () => {
  const node = new CommandNode();
  node.run('PFADD a 1 2 3');
  node.run('PFADD b 3 4');
  assert.equal(node.run('PFMERGE d a b missing'), 'OK');
  assert.equal(node.run('PFCOUNT d'), 4);
  assert.equal(node.run('PFMERGE d'), 'OK');
  assert.equal(node.run('PFMERGE empty missing'), 'OK');
  assert.equal(node.run('PFCOUNT empty'), 0);
  assert.equal(node.run('EXISTS empty'), 1);
});

test('keeps the deadline of the destination', () => {
  const node = new CommandNode();
  node.run('PFADD d 1');
  node.run('EXPIRE d 100');
  node.run('PFADD a 2');
  node.run('PFMERGE d a');
  assert.equal(node.run('TTL d'), 100);
  assert.equal(node.run('PFCOUNT d'), 2);
});

test('refuses what is no HyperLogLog', () => {
  const node = new CommandNode();
  node.run('SET s x');
  assert.equal(node.run('PFMERGE d s'), '-WRONGTYPE Key is not a valid HyperLogLog string value.');
  assert.equal(node.run('EXISTS d'), 0);
});
