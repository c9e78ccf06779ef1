import assert from 'node:assert/strict';
import { test } from 'node:test';
import { CommandNode } from '../harness.ts';

test('adds decimals exactly', () => {
  const node = new CommandNode();
  assert.equal(node.run('HINCRBYFLOAT h n 0.1'), '0.1');
  assert.equal(node.run('HINCRBYFLOAT h n 0.2'), '0.3');
  node.run('HSET h t x');
  assert.equal(node.run('HINCRBYFLOAT h t 1'), '-ERR hash value is not a float');
  assert.equal(node.run('HINCRBYFLOAT h n x'), '-ERR value is not a valid float');
  assert.equal(node.run('HINCRBYFLOAT h n inf'), '-ERR value is NaN or Infinity');
});
