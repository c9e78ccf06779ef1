import assert from 'node:assert/strict';
import { test } from 'node:test';
import { CommandNode } from '../harness.ts';
import { assertClaimsAlike } from './pending-node.ts';

test('hands over so many at a time, and tells where to go on and what is gone', () => {
  const node = new CommandNode();
  for (let i = 1; i <= 5; i++) node.run(`XADD s ${i} f ${i}`);
  node.run('XGROUP CREATE s g 0');
  node.run('XREADGROUP GROUP g a STREAMS s >');
  node.run('XDEL s 2');
  node.advance(100);
  assert.deepEqual(node.run('XAUTOCLAIM s g b 50 - COUNT 3'), [
    '4-0',
    [
      ['1-0', ['f', '1']],
      ['3-0', ['f', '3']],
    ],
    ['2-0'],
  ]);
  assert.deepEqual(node.run('XAUTOCLAIM s g b 50 4 JUSTID'), ['0-0', ['4-0', '5-0'], []]);
  assert.deepEqual(node.run('XAUTOCLAIM s g c 50 -'), ['0-0', [], []]);
  assert.deepEqual(node.run('XPENDING s g'), [4, '1-0', '5-0', [['b', '4']]]);
  assert.match(String(node.run('XAUTOCLAIM s g b 0 - COUNT 0')), /COUNT must be > 0/);
  assert.match(String(node.run('XAUTOCLAIM s none b 0 -')), /^-NOGROUP/);
});

for (const words of [
  'XAUTOCLAIM s g c 0 - COUNT 5000',
  'XAUTOCLAIM s g c 500 100 COUNT 1800 JUSTID',
  'XAUTOCLAIM s g c 500 - COUNT 1700',
  'XAUTOCLAIM s g c 5000 - COUNT 1700',
]) {
  test(`very many are claimed in slices, as they are at once: ${words.slice(0, 40)}`, () =>
    assertClaimsAlike(words));
}
