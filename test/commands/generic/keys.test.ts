import assert from 'node:assert/strict';
import { test } from 'node:test';
import { CommandNode } from '../harness.ts';

test('the keys that match', () => {
  const node = new CommandNode();
  node.run('MSET one 1 two 2 three 3 four 4');
  const keys = (pattern: string): unknown => [...(node.call('KEYS', pattern) as string[])].sort();
  assert.deepEqual(keys('*'), ['four', 'one', 'three', 'two']);
  assert.deepEqual(keys('t*'), ['three', 'two']);
  assert.deepEqual(keys('?wo'), ['two']);
  assert.deepEqual(keys('[of]*'), ['four', 'one']);
  assert.deepEqual(keys('none'), []);
});

test('expired keys are none', () => {
  const node = new CommandNode();
  assert.equal(node.run('SET k v PX 10'), 'OK');
  node.advance(10);
  assert.deepEqual(node.run('KEYS *'), []);
});

test('a pattern has a limit', () => {
  const node = new CommandNode();
  assert.equal(Array.isArray(node.call('KEYS', 'x'.repeat(16_384))), true);
  assert.match(String(node.run(`KEYS ${'x'.repeat(16_385)}`)), /^-ERR pattern is longer/);
});

test('finds all of many', () => {
  const node = new CommandNode();
  for (let i = 0; i < 5000; i++) node.call('SET', `k${i}`, i);
  assert.equal((node.call('KEYS', 'k*') as string[]).length, 5000);
  assert.equal((node.call('KEYS', 'k1??') as string[]).length, 100);
});
