import assert from 'node:assert/strict';
import { test } from 'node:test';
import { CommandNode } from '../harness.ts';

test('returns every key once, in slices', () => {
  const node = new CommandNode();
  for (let i = 0; i < 3000; i++) node.call('SET', `k${i}`, i);
  const seen: string[] = [];
  let cursor = '0';
  let calls = 0;
  do {
    const [next, keys] = node.call('SCAN', cursor, 'COUNT', 100) as [string, string[]];
    seen.push(...keys);
    cursor = next;
    calls += 1;
  } while (cursor !== '0');
  assert.equal(seen.length, 3000);
  assert.equal(new Set(seen).size, 3000);
  assert.ok(calls > 5 && calls < 200);
});

test('returns what is there throughout while the table grows and shrinks', () => {
  const node = new CommandNode();
  for (let i = 0; i < 500; i++) node.call('SET', `stays${i}`, i);
  const seen = new Set<string>();
  let cursor = '0';
  let n = 0;
  do {
    const [next, keys] = node.call('SCAN', cursor, 'COUNT', 10, 'MATCH', 'stays*') as [string, string[]];
    for (const key of keys) seen.add(key);
    for (let i = 0; i < 50; i++) node.call('SET', `n${n++}`, i);
    if (n % 500 === 0) for (let i = 0; i < n; i++) node.call('DEL', `n${i}`);
    cursor = next;
  } while (cursor !== '0');
  assert.equal(seen.size, 500);
});

test('filters by pattern and type, and leaves expired keys out', () => {
  const node = new CommandNode();
  assert.equal(node.run('MSET a 1 b 2'), 'OK');
  assert.equal(node.run('SET c 3 PX 10'), 'OK');
  node.advance(10);
  assert.deepEqual(node.run('SCAN 0 MATCH a'), ['0', ['a']]);
  assert.deepEqual(node.run('SCAN 0 match a TYPE string COUNT 100'), ['0', ['a']]);
  assert.deepEqual(node.run('SCAN 0 TYPE STRING MATCH b'), ['0', ['b']]);
  assert.deepEqual(node.run('SCAN 0 TYPE hash'), ['0', []]);
  assert.deepEqual(node.run('SCAN 0 MATCH c'), ['0', []]);
});

test('refuses bad cursors and options', () => {
  const node = new CommandNode();
  assert.equal(node.run('SCAN x'), '-ERR invalid cursor');
  assert.equal(node.run('SCAN -1'), '-ERR invalid cursor');
  assert.equal(node.run('SCAN 1x'), '-ERR invalid cursor');
  assert.equal(node.run('SCAN 18446744073709551616'), '-ERR invalid cursor');
  assert.deepEqual(node.run('SCAN 18446744073709551615'), ['0', []]);
  assert.equal(node.run('SCAN 0 COUNT'), '-ERR syntax error');
  assert.equal(node.run('SCAN 0 COUNT 0'), '-ERR syntax error');
  assert.equal(node.run('SCAN 0 COUNT x'), '-ERR value is not an integer or out of range');
  assert.equal(node.run('SCAN 0 what x'), '-ERR syntax error');
});
