import assert from 'node:assert/strict';
import { test } from 'node:test';
import { CommandNode } from '../harness.ts';

test('removes what it returns', () => {
  const node = new CommandNode();
  assert.equal(node.run('SPOP s'), null);
  assert.deepEqual(node.run('SPOP s 3'), []);
  for (let i = 0; i < 400; i++) node.call('SADD', 's', `m${i}`);
  const seen = new Set<string>();
  seen.add(node.run('SPOP s') as string);
  for (const count of [0, 10, 200]) {
    const popped = node.call('SPOP', 's', String(count)) as string[];
    assert.equal(popped.length, count);
    for (const member of popped) {
      assert.ok(!seen.has(member));
      seen.add(member);
    }
  }
  assert.equal(node.run('SCARD s'), 189);
  assert.equal((node.run('SPOP s 1000') as string[]).length, 189);
  assert.equal(node.run('EXISTS s'), 0);
  assert.equal(node.run('SPOP s -1'), '-ERR value is out of range, must be positive');
});
