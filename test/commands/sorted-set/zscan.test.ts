import assert from 'node:assert/strict';
import { test } from 'node:test';
import { CommandNode } from '../harness.ts';

test('visits every member with its score', () => {
  const node = new CommandNode();
  for (let i = 0; i < 500; i++) node.call('ZADD', 'z', i, `m${i}`);
  const seen = new Map<string, string>();
  let cursor = '0';
  do {
    const [next, pairs] = node.run(`ZSCAN z ${cursor} COUNT 20`) as [string, string[]];
    for (let i = 0; i < pairs.length; i += 2) seen.set(pairs[i]!, pairs[i + 1]!);
    cursor = next;
  } while (cursor !== '0');
  assert.equal(seen.size, 500);
  assert.equal(seen.get('m77'), '77');
  assert.deepEqual(node.run('ZSCAN no 0'), ['0', []]);
  assert.equal(node.run('ZSCAN z x'), '-ERR invalid cursor');
  node.run('ZADD s 1 a 2 b');
  assert.deepEqual(node.run('ZSCAN s 0 MATCH b*'), ['0', ['b', '2']]);
});
