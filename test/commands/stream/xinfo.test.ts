import assert from 'node:assert/strict';
import { test } from 'node:test';
import { CommandNode } from '../harness.ts';

test('tells about a stream and its groups', () => {
  const node = new CommandNode();
  for (let i = 1; i <= 3; i++) node.run(`XADD s ${i} f ${i}`);
  node.run('XGROUP CREATE s g 0');
  node.run('XREADGROUP GROUP g a COUNT 1 STREAMS s >');
  node.advance(50);
  const words = node.run('XINFO STREAM s');
  assert.deepEqual(words, [
    ...['length', 3, 'radix-tree-keys', 1, 'radix-tree-nodes', 2, 'last-generated-id', '3-0'],
    ...['max-deleted-entry-id', '0-0', 'entries-added', 3, 'recorded-first-entry-id', '1-0', 'groups', 1],
    ...['first-entry', ['1-0', ['f', '1']], 'last-entry', ['3-0', ['f', '3']]],
  ]);
  assert.deepEqual(node.run('XINFO GROUPS s'), [
    [
      ...['name', 'g', 'consumers', 1, 'pending', 1, 'last-delivered-id', '1-0'],
      ...['entries-read', 1, 'lag', 2],
    ],
  ]);
  assert.deepEqual(node.run('XINFO CONSUMERS s g'), [
    ['name', 'a', 'pending', 1, 'idle', 50, 'inactive', 50],
  ]);
  const full = node.run('XINFO STREAM s FULL COUNT 1');
  assert.ok(Array.isArray(full));
  assert.deepEqual(full.slice(14, 16), ['entries', [['1-0', ['f', '1']]]]);
  assert.match(String(node.run('XINFO STREAM none')), /no such key/);
  assert.match(String(node.run('XINFO CONSUMERS s none')), /^-NOGROUP/);
});

test('lag is what is left to read, where that can be told', () => {
  const node = new CommandNode();
  const lag = (): unknown => {
    const [group] = node.run('XINFO GROUPS s') as unknown[][];
    return group!.at(-1);
  };
  node.run('XGROUP CREATE s g $ MKSTREAM');
  assert.equal(lag(), 0);
  for (let i = 1; i <= 5; i++) node.run(`XADD s ${i} f ${i}`);
  assert.equal(lag(), 5);
  node.run('XREADGROUP GROUP g a COUNT 1 STREAMS s >');
  assert.equal(lag(), 4);
  node.run('XDEL s 3');
  assert.equal(lag(), null);
  node.run('XREADGROUP GROUP g a STREAMS s >');
  assert.equal(lag(), 0);
});
