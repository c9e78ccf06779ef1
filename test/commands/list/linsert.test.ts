import assert from 'node:assert/strict';
import { test } from 'node:test';
import { CommandNode } from '../harness.ts';
import { replayed, sliced, smallNode } from '../in-slices.ts';

test('inserts before and behind the first of its value', () => {
  const node = new CommandNode();
  assert.equal(node.run('RPUSH l a b a c'), 4);
  assert.equal(node.run('LINSERT l BEFORE a x'), 5);
  assert.equal(node.run('LINSERT l after b y'), 6);
  assert.deepEqual(node.run('LRANGE l 0 -1'), ['x', 'a', 'b', 'y', 'a', 'c']);
  assert.equal(node.run('LINSERT l BEFORE none z'), -1);
  assert.equal(node.run('LINSERT none BEFORE a z'), 0);
  assert.equal(node.run('LINSERT l at a z'), '-ERR syntax error');
  assert.equal(node.run('SET s v'), 'OK');
  assert.equal(
    node.run('LINSERT s before a z'),
    '-WRONGTYPE Operation against a key holding the wrong kind of value',
  );
});

test('inserts many at one place of a large list', () => {
  const node = new CommandNode();
  for (let i = 0; i < 3000; i++) assert.equal(node.run(`RPUSH big v${i}`), i + 1);
  for (let i = 0; i < 2000; i++) assert.equal(node.run(`LINSERT big BEFORE v1500 w${i}`), 3001 + i);
  assert.equal(node.run('LINDEX big 1499'), 'v1499');
  assert.equal(node.run('LINDEX big 1500'), 'w0');
  assert.equal(node.run('LINDEX big 3499'), 'w1999');
  assert.equal(node.run('LINDEX big 3500'), 'v1500');
});

const long = 60_000;

function longNode(): CommandNode {
  const node = smallNode(16 * 1024 * 1024);
  for (let n = 0; n < long; n += 1500)
    node.call('RPUSH', 'l', ...Array.from({ length: 1500 }, (_, i) => `v${n + i}`));
  return node;
}

test('a very long list is looked through in slices, and others do not see it meanwhile', async () => {
  for (const [words, reply, at] of [
    [['LINSERT', 'l', 'BEFORE', 'v59000', 'new'], long + 1, 59_000],
    [['LINSERT', 'l', 'AFTER', 'v59000', 'new'], long + 1, 59_001],
    [['LINSERT', 'l', 'AFTER', 'none', 'new'], -1, undefined],
  ] as const) {
    const node = longNode();
    const { rig } = node;
    rig.journal.commit(() => {});
    const from = rig.journal.seq;
    const seen: string[] = [];
    const asks = (): void => void seen.push(rig.connect().send('LLEN', 'l'), rig.connect().send('PING'));
    assert.equal(sliced(node, words, asks), reply);
    assert.deepEqual(seen, ['', '+PONG\r\n']);
    if (at !== undefined) assert.equal(node.run(`LINDEX l ${at}`), 'new');
    assert.equal((await replayed(node, from)).runs, at === undefined ? 0 : 1);
  }
});

test('a very long list that is gone, or is none, when its turn comes is told of so', () => {
  for (const [change, reply] of [
    [['DEL', 'l'], ':0\r\n'],
    [['SET', 'l', 'v'], '-WRONGTYPE Operation against a key holding the wrong kind of value\r\n'],
  ] as const) {
    const node = longNode();
    assert.equal(node.client.send('LINSERT', 'l', 'BEFORE', 'v59000', 'new'), '');
    node.rig.connect().send(...change);
    for (let turn = 0; turn < 5; turn++) node.rig.timers.endTurn();
    assert.equal(node.client.lateNow(), reply);
  }
});
