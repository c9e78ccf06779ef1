import assert from 'node:assert/strict';
import { test } from 'node:test';
import { CommandNode } from '../harness.ts';

test('adds decimals exactly', () => {
  const node = new CommandNode();
  assert.equal(node.run('INCRBYFLOAT k 10.5'), '10.5');
  assert.equal(node.run('INCRBYFLOAT k 0.1'), '10.6');
  assert.equal(node.run('INCRBYFLOAT k -5'), '5.6');
  assert.equal(node.run('SET k 5.0e3'), 'OK');
  assert.equal(node.run('INCRBYFLOAT k 2.0e2'), '5200');
  assert.equal(node.run('INCRBYFLOAT k -5200'), '0');
  assert.equal(node.run('GET k'), '0');
  assert.equal(node.run('INCRBYFLOAT f .25'), '0.25');
});

test('mixes with INCR and keeps the deadline', () => {
  const node = new CommandNode();
  assert.equal(node.run('INCR k'), 1);
  assert.equal(node.run('EXPIRE k 100'), 1);
  assert.equal(node.run('INCRBYFLOAT k 0.5'), '1.5');
  assert.equal(node.run('TTL k'), 100);
  assert.equal(node.run('INCR k'), '-ERR value is not an integer or out of range');
  assert.equal(node.run('INCRBYFLOAT k 0.5'), '2');
  assert.equal(node.run('INCR k'), 3);
});

test('refuses what is no number', () => {
  const node = new CommandNode();
  assert.equal(node.run('INCRBYFLOAT k x'), '-ERR value is not a valid float');
  assert.equal(node.run(`SET long ${'1'.padStart(5121, '0')}`), 'OK');
  assert.equal(node.run('INCRBYFLOAT long 1'), '-ERR value is not a valid float');
  assert.equal(node.run('INCRBYFLOAT k ""'), '-ERR value is not a valid float');
  assert.equal(node.run('INCRBYFLOAT k nan'), '-ERR value is not a valid float');
  assert.equal(node.run('INCRBYFLOAT k inf'), '-ERR increment would produce NaN or Infinity');
  assert.equal(node.run('EXISTS k'), 0);
  assert.equal(node.run('SET k abc'), 'OK');
  assert.equal(node.run('INCRBYFLOAT k 1'), '-ERR value is not a valid float');
  assert.equal(node.run('INCRBYFLOAT k inf'), '-ERR value is not a valid float');
});
