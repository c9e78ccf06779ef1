import assert from 'node:assert/strict';
import { test } from 'node:test';
import { CommandNode } from '../harness.ts';

test('a large set comes in slices, whole and once', () => {
  const node = new CommandNode();
  for (let i = 0; i < 1500; i++) node.call('SADD', 'big', `m${i}`);
  const seen: string[] = [];
  let cursor = '0';
  do {
    const [next, found] = node.call('SSCAN', 'big', cursor) as [string, string[]];
    seen.push(...found);
    cursor = next;
  } while (cursor !== '0');
  assert.equal(seen.length, 1500);
  assert.equal(new Set(seen).size, 1500);
  node.run('SADD s ab cd');
  assert.deepEqual(node.run('SSCAN s 0 MATCH a*'), ['0', ['ab']]);
});
