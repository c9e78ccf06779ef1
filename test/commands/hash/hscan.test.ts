import assert from 'node:assert/strict';
import { test } from 'node:test';
import { CommandNode } from '../harness.ts';

test('a small hash comes at once, a large one in slices, whole and once', () => {
  const node = new CommandNode();
  node.run('HSET h a 1 b 2');
  assert.deepEqual(node.run('HSCAN h 0'), ['0', ['a', '1', 'b', '2']]);
  assert.deepEqual(node.run('HSCAN h 0 MATCH b*'), ['0', ['b', '2']]);
  assert.deepEqual(node.run('HSCAN h 0 NOVALUES'), ['0', ['a', 'b']]);
  assert.deepEqual(node.run('HSCAN h 0 novalues COUNT 5 MATCH a'), ['0', ['a']]);
  node.run('SADD s a');
  assert.equal(node.run('SSCAN s 0 NOVALUES'), '-ERR syntax error');
  assert.deepEqual(node.run('HSCAN none 0'), ['0', []]);
  assert.equal(node.run('HSCAN h x'), '-ERR invalid cursor');
  for (let i = 0; i < 2000; i++) node.call('HSET', 'big', `f${i}`, `v${i}`);
  const seen: string[] = [];
  let cursor = '0';
  do {
    const [next, found] = node.call('HSCAN', 'big', cursor, 'COUNT', '50') as [string, string[]];
    for (let i = 0; i < found.length; i += 2) {
      seen.push(found[i]!);
      assert.equal(found[i + 1], `v${found[i]!.slice(1)}`);
    }
    cursor = next;
  } while (cursor !== '0');
  assert.equal(seen.length, 2000);
  assert.equal(new Set(seen).size, 2000);
});
