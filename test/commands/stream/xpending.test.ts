import assert from 'node:assert/strict';
import { test } from 'node:test';
import { CommandNode } from '../harness.ts';

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
