import assert from 'node:assert/strict';
import { test } from 'node:test';
import { CommandNode } from '../harness.ts';
import { assertClaimsAlike, entryCount } from './pending-node.ts';

function pending(): CommandNode {
  const node = new CommandNode();
  for (let i = 1; i <= 3; i++) node.run(`XADD s ${i} f ${i}`);
  node.run('XGROUP CREATE s g 0');
  node.run('XREADGROUP GROUP g a COUNT 2 STREAMS s >');
  node.advance(100);
  return node;
}

test('hands over what has been pending for long enough', () => {
  const node = pending();
  assert.deepEqual(node.run('XCLAIM s g b 200 1'), []);
  assert.deepEqual(node.run('XCLAIM s g b 50 1 3'), [['1-0', ['f', '1']]]);
  assert.deepEqual(node.run('XPENDING s g - + 9'), [
    ['1-0', 'b', 0, 2],
    ['2-0', 'a', 100, 1],
  ]);
  assert.deepEqual(node.run('XCLAIM s g b 0 2 JUSTID IDLE 30'), ['2-0']);
  assert.deepEqual(node.run('XPENDING s g 2 2 9'), [['2-0', 'b', 30, 1]]);
});

test('FORCE, RETRYCOUNT, TIME, LASTID, and entries that are gone', () => {
  const node = pending();
  node.run('XDEL s 1');
  assert.deepEqual(node.run('XCLAIM s g b 0 1 3 FORCE RETRYCOUNT 7 JUSTID LASTID 9'), ['3-0']);
  assert.deepEqual(node.run('XPENDING s g - + 9'), [
    ['2-0', 'a', 100, 1],
    ['3-0', 'b', 0, 7],
  ]);
  assert.equal(node.run('XREADGROUP GROUP g b STREAMS s >'), null);
  assert.match(String(node.run('XCLAIM s g b x 1')), /Invalid min-idle-time argument for XCLAIM/);
  assert.match(String(node.run('XCLAIM s g b 0 1 FOO')), /Unrecognized XCLAIM option 'FOO'/);
  assert.match(String(node.run('XCLAIM s none b 0 1')), /^-NOGROUP/);
});

const many = Array.from({ length: entryCount + 50 }, (_, n) => `${n + 1}`)
  .reverse()
  .join(' ');
for (const words of [
  `XCLAIM s g c 0 ${many}`,
  `XCLAIM s g c 500 ${many} 5 6 7 JUSTID LASTID 4000`,
  `XCLAIM s g c 500 ${many} FORCE IDLE 100 RETRYCOUNT 9`,
  `XCLAIM s g c 5000 ${many}`,
]) {
  test(`very many are claimed in slices, as they are at once: ${words.slice(0, 40)}`, () =>
    assertClaimsAlike(words));
}
