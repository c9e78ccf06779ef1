import assert from 'node:assert/strict';
import { test } from 'node:test';
import { CommandNode } from '../harness.ts';
import { sliced, smallNode, whole } from '../in-slices.ts';
import type { Reply } from '../parse-reply.ts';

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

test('a large keyspace is listed in slices, as it is at one moment', () => {
  const node = smallNode();
  const count = 2000;
  for (let n = 0; n < count; n++) node.client.send('SET', `key:${n}`, 'x');
  const names = (reply: Reply): string[] => (reply as string[]).toSorted();
  const all = Array.from({ length: count }, (_, n) => `key:${n}`).toSorted();
  assert.deepEqual(names(sliced(node, ['KEYS', 'key:*'])), all);
  const change = (): void => {
    const other = node.rig.connect();
    for (let n = 0; n < count; n += 7) other.send('DEL', `key:${n}`);
    for (let n = 1; n < count; n += 7) other.send('SET', `key:${n}`, 'y');
    for (let n = 0; n < 50; n++) {
      other.send('SET', `key:new${n}`, 'x');
      other.send('SET', `new${n}`, 'x');
    }
    other.send('SELECT', '3');
    other.send('SET', 'key:elsewhere', 'x');
  };
  const found = names(sliced(node, ['KEYS', 'key:*'], change));
  assert.equal(new Set(found).size, found.length);
  assert.deepEqual(found, names(whole(node, ['KEYS', 'key:*'])));
  const flush = (): void => void node.rig.connect().send('FLUSHALL');
  assert.deepEqual(sliced(node, ['KEYS', '*'], flush), []);
});
