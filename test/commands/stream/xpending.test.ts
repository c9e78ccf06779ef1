import assert from 'node:assert/strict';
import { test } from 'node:test';
import { CommandNode } from '../harness.ts';
import { sliced, whole } from '../in-slices.ts';
import { entryCount, pendingNode } from './pending-node.ts';

test('lists what is pending, by range, consumer and idle time', () => {
  const node = new CommandNode();
  for (let i = 1; i <= 4; i++) node.run(`XADD s ${i} f ${i}`);
  node.run('XGROUP CREATE s g 0');
  node.run('XREADGROUP GROUP g a COUNT 2 STREAMS s >');
  node.advance(100);
  node.run('XREADGROUP GROUP g b STREAMS s >');
  assert.deepEqual(node.run('XPENDING s g - + 3'), [
    ['1-0', 'a', 100, 1],
    ['2-0', 'a', 100, 1],
    ['3-0', 'b', 0, 1],
  ]);
  assert.deepEqual(node.run('XPENDING s g (1 3 9 a'), [['2-0', 'a', 100, 1]]);
  assert.deepEqual(node.run('XPENDING s g IDLE 50 2 + 9'), [['2-0', 'a', 100, 1]]);
  assert.deepEqual(node.run('XPENDING s g - + 9 nobody'), []);
  assert.match(String(node.run('XPENDING s none')), /^-NOGROUP/);
  assert.match(String(node.run('XPENDING s g - +')), /syntax/);
});

for (const words of [
  'XPENDING s g - + 5000',
  'XPENDING s g IDLE 500 - + 5000',
  'XPENDING s g IDLE 500 - + 1700 a',
  'XPENDING s g 10 (1999 1700',
  'XPENDING s g IDLE 5000 - + 10',
]) {
  test(`lists very many in slices, and begins anew where the group changes: ${words}`, () => {
    const [node, other] = [pendingNode(), pendingNode()];
    for (let n = 3; n <= entryCount; n += 3) {
      for (const each of [node, other]) each.run(`XCLAIM s g a 0 ${n} IDLE ${n}`);
    }
    const expected = whole(other, words.split(' '));
    assert.deepEqual(sliced(node, words.split(' ')), expected);
    const changed = sliced(node, words.split(' '), () => {
      assert.equal(node.rig.connect().send('XACK', 's', 'g', '15', '1501'), ':2\r\n');
    });
    assert.deepEqual(changed, whole(node, words.split(' ')));
  });
}
