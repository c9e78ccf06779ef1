import assert from 'node:assert/strict';
import { test } from 'node:test';
import { CommandNode } from '../harness.ts';

test('takes entries from what is pending, each once', () => {
  const node = new CommandNode();
  for (let i = 1; i <= 300; i++) node.run(`XADD s ${i} f ${i}`);
  node.run('XGROUP CREATE s g 0');
  node.run('XREADGROUP GROUP g a STREAMS s >');
  assert.equal(node.run('XACK s g 1 2 2 999'), 2);
  assert.equal(node.run('XACK s g 2'), 0);
  assert.equal(node.run('XACK s none 3'), 0);
  assert.equal(node.run('XACK none g 3'), 0);
  assert.match(String(node.run('XACK s g x')), /Invalid stream ID/);
  for (let i = 300; i > 2; i--) assert.equal(node.run(`XACK s g ${i}`), 1);
  assert.deepEqual(node.run('XPENDING s g'), [0, null, null, null]);
});
