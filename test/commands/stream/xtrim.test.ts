import assert from 'node:assert/strict';
import { test } from 'node:test';
import { CommandNode } from '../harness.ts';

function filled(n: number): CommandNode {
  const node = new CommandNode();
  for (let i = 1; i <= n; i++) node.run(`XADD s ${i} f ${i}`);
  return node;
}

test('removes from the beginning, exactly or by whole chunks', () => {
  const node = filled(350);
  assert.equal(node.run('XTRIM s MAXLEN ~ 290'), 0);
  assert.equal(node.run('XTRIM s MAXLEN ~ 120 LIMIT 100'), 100);
  assert.equal(node.run('XTRIM s MAXLEN = 201'), 49);
  assert.deepEqual(node.run('XRANGE s - + COUNT 1'), [['150-0', ['f', '150']]]);
  assert.equal(node.run('XTRIM s MINID 160'), 10);
  assert.equal(node.run('XTRIM s MINID ~ 250'), 41);
  assert.equal(node.run('XLEN s'), 150);
  assert.equal(node.run('XTRIM s MAXLEN 0'), 150);
  assert.equal(node.run('EXISTS s'), 1);
  assert.equal(node.run('XTRIM none MAXLEN 0'), 0);
});

test('refuses what makes no sense', () => {
  const node = filled(1);
  assert.match(String(node.run('XTRIM s MAXLEN')), /wrong number/);
  assert.match(String(node.run('XTRIM s FOO 3')), /syntax error/);
  assert.match(String(node.run('XTRIM s MAXLEN x')), /not an integer/);
  assert.match(String(node.run('XTRIM s LIMIT 3')), /without specifying a trimming strategy/);
  assert.match(String(node.run('XTRIM s MAXLEN 3 LIMIT 3')), /special ~ option/);
});

test('chunks are as large as stream-node-max-entries says', () => {
  const node = new CommandNode();
  node.store.listpackLimits.streamNode.entriesMax = 10;
  for (let i = 1; i <= 100; i++) node.run(`XADD s ${i} f ${i}`);
  assert.equal(node.run('XTRIM s MAXLEN ~ 85'), 10);
  assert.equal(node.run('XLEN s'), 90);
});
