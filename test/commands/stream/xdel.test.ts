import assert from 'node:assert/strict';
import { test } from 'node:test';
import { CommandNode } from '../harness.ts';

test('removes entries; the stream stays, with its last id', () => {
  const node = new CommandNode();
  for (let i = 1; i <= 3; i++) node.run(`XADD s ${i} f v`);
  assert.equal(node.run('XDEL s 2 2 9-9'), 1);
  assert.deepEqual(node.run('XRANGE s - +'), [
    ['1-0', ['f', 'v']],
    ['3-0', ['f', 'v']],
  ]);
  assert.equal(node.run('XDEL s 1 3'), 2);
  assert.equal(node.run('EXISTS s'), 1);
  assert.equal(node.run('XLEN s'), 0);
  assert.match(String(node.run('XADD s 3 f v')), /equal or smaller/);
  assert.equal(node.run('XDEL none 1'), 0);
  assert.match(String(node.run('XDEL s x')), /Invalid stream ID/);
});

test('removals all over a large stream leave the rest as it was', () => {
  const node = new CommandNode();
  const left: string[] = [];
  for (let i = 1; i <= 600; i++) node.run(`XADD s ${i * 1000}-${i % 2} f${i % 7} v${i}`);
  for (let i = 1; i <= 600; i++) {
    if ((i * 31) % 10 < 7) assert.equal(node.run(`XDEL s ${i * 1000}-${i % 2}`), 1);
    else left.push(`${i * 1000}-${i % 2}`);
  }
  const entries = node.run('XRANGE s - +');
  assert.ok(Array.isArray(entries));
  assert.deepEqual(
    entries.map((entry: unknown) => (Array.isArray(entry) ? entry[0] : entry)),
    left,
  );
});
