import assert from 'node:assert/strict';
import { test } from 'node:test';
import { CommandNode } from '../harness.ts';
import { errorOf, replayed, sliced, whole } from '../in-slices.ts';
import { entryCount, pendingNode, shownGroup } from './pending-node.ts';

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

test('very many are taken out in slices, as they are at once', async () => {
  const words = ['XACK', 's', 'g', ...Array.from({ length: entryCount }, (_, n) => n + 2), 5];
  const [node, other] = [pendingNode(), pendingNode()];
  const expected = whole(other, words);
  node.rig.journal.commit(() => {});
  assert.equal(sliced(node, words), expected);
  assert.equal(expected, entryCount - 1);
  assert.deepEqual(shownGroup(node), shownGroup(other));
  const copy = await replayed(node, 0);
  assert.equal(copy.runs, 1);
  assert.deepEqual(whole(copy.node, ['XPENDING', 's', 'g']), [0, null, null, null]);
  assert.match(errorOf(sliced(pendingNode(), [...words, 'x'])), /Invalid stream ID/);
  words[2] = 'none';
  assert.equal(node.call(...words), 0);
});
