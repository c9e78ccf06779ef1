import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { CommandNode } from './harness.ts';
import { sliced, smallNode, whole } from './in-slices.ts';

const count = 2000;
const names = Array.from({ length: count }, (_, n) => `k${n % 1900}`);

function filled(): CommandNode {
  const node = smallNode(16 * 1024 * 1024);
  for (let n = 0; n < 1800; n++) node.run(`SET k${n} v${n}`);
  node.run('DEL k7');
  node.run('SADD k7 m');
  node.run('SET k8 v PX 10');
  node.advance(20);
  return node;
}

for (const verb of ['MGET', 'EXISTS', 'TOUCH']) {
  const words = [verb, ...names];

  test(`${verb} of very many replies in slices what it does at once, and counts what it finds once`, () => {
    const [node, other] = [filled(), filled()];
    const between = (): void => {
      node.rig.connect().send('SET', 'k1950', 'not named');
    };
    assert.deepEqual(sliced(node, words, between), whole(other, words));
    for (const figure of ['hits', 'misses'] as const) {
      assert.equal(node.services.stats[figure], other.services.stats[figure], figure);
    }
  });

  test(`${verb} is of one moment: what changes behind it is read again`, () => {
    for (const [change, isRead] of [
      [['SET', 'k2', 'changed'], true],
      [['DEL', 'k2'], true],
      [['MSET', 'k2', 'a', 'k1899', 'b'], true],
      [['SET', 'k1700', 'changed'], false],
      [['FLUSHALL'], true],
      [['SWAPDB', '0', '1'], true],
    ] as const) {
      const node = filled();
      const before = node.services.stats.hits;
      const reply = sliced(node, words, () => {
        node.rig.connect().send(...change);
      });
      const hits = node.services.stats.hits - before;
      assert.deepEqual(reply, whole(node, words), change.join(' '));
      if (!isRead) assert.ok(hits > 1800, 'nothing is looked for twice');
    }
  });
}

test('keys that change again and again are read at once in the end', () => {
  const node = filled();
  let n = 0;
  assert.equal(node.bytes('MGET', ...names).length, 0);
  let late = '';
  for (let turn = 0; turn < 200 && late === ''; turn++) {
    node.rig.connect().send('SET', 'k2', `v${n++}`);
    node.rig.timers.endTurn();
    late = node.client.lateNow();
  }
  assert.match(late, new RegExp(`\r\nv${n - 1}\r\n`));
});
