import assert from 'node:assert/strict';
import { test } from 'node:test';
import { CommandNode } from '../harness.ts';
import { sliced, tinySlices, whole } from '../in-slices.ts';

const large = Array.from({ length: 500 }, (_, n) => String.fromCharCode(97 + ((n * 7) % 26))).join('');

function filled(): CommandNode {
  const node = new CommandNode({ sliceSizes: tinySlices });
  node.run(`SET k ${large}`);
  // What is compressed is not large.
  node.run(`APPEND k ${large}`);
  return node;
}

for (const words of [
  'GET k',
  'GETRANGE k 0 -1',
  'GETRANGE k 3 300',
  'SUBSTR k -100 -2',
  'GETRANGE k 7 2000',
]) {
  test(`${words} of a large string is copied in slices`, () => {
    const node = filled();
    const parts = words.split(' ');
    const expected = whole(node, parts);
    assert.ok(String(expected).length > 64);
    assert.equal(sliced(node, parts), expected);
    assert.equal(node.services.stats.hits, 2);
    for (const change of [
      ['SETRANGE', 'k', '5', 'XX'],
      ['SET', 'k', 'short'],
      ['APPEND', 'k', 'XX'],
      ['DEL', 'k'],
    ]) {
      const other = filled();
      const reply = sliced(other, parts, () => {
        other.rig.connect().send(...change);
      });
      assert.equal(reply, whole(other, parts), change.join(' '));
    }
  });
}

test('a small part of a large string comes at once', () => {
  const node = filled();
  assert.equal(node.run('GETRANGE k 990 -1'), large.slice(490));
  assert.equal(node.run('GETRANGE k 5 4'), '');
});
