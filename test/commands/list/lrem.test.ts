import assert from 'node:assert/strict';
import { test } from 'node:test';
import { CommandNode } from '../harness.ts';
import { replayed, sliced, smallNode, whole } from '../in-slices.ts';

test('removes from the front, from the end, or all', () => {
  const node = new CommandNode();
  assert.equal(node.run('RPUSH l a b a c a b'), 6);
  assert.equal(node.run('LREM l 1 a'), 1);
  assert.equal(node.run('LREM l -1 b'), 1);
  assert.deepEqual(node.run('LRANGE l 0 -1'), ['b', 'a', 'c', 'a']);
  assert.equal(node.run('LREM l 0 a'), 2);
  assert.deepEqual(node.run('LRANGE l 0 -1'), ['b', 'c']);
  assert.equal(node.run('LREM l 0 none'), 0);
  assert.equal(node.run('LREM l 5 b'), 1);
  assert.equal(node.run('LREM l -5 c'), 1);
  assert.equal(node.run('EXISTS l'), 0);
  assert.equal(node.run('LREM l 0 a'), 0);
  assert.equal(node.run('LREM l x a'), '-ERR value is not an integer or out of range');
  assert.equal(node.run('SET s v'), 'OK');
  assert.equal(node.run('LREM s 0 a'), '-WRONGTYPE Operation against a key holding the wrong kind of value');
});

test('removes every other element of a large list', () => {
  const node = new CommandNode();
  for (let i = 0; i < 3000; i++) node.run(`RPUSH big ${i % 2 === 0 ? 'even' : i}`);
  assert.equal(node.run('LREM big 0 even'), 1500);
  assert.equal(node.run('LLEN big'), 1500);
  const rest = Array.from({ length: 1500 }, (_, i) => String(2 * i + 1));
  assert.deepEqual(node.run('LRANGE big 0 -1'), rest);
});

test('a very long list is looked through in slices, from either end, whatever is found', async () => {
  const long = 60_000;
  const fill = (): CommandNode => {
    const node = smallNode(16 * 1024 * 1024);
    const value = (n: number): string => (n % 20_000 === 10_000 ? 'x' : `v${n}`);
    for (let n = 0; n < long; n += 1500) {
      node.call('RPUSH', 'l', ...Array.from({ length: 1500 }, (_, i) => value(n + i)));
    }
    return node;
  };
  for (const count of [0, 3, -3]) {
    const [node, other] = [fill(), fill()];
    const words = ['LREM', 'l', String(count), 'x'];
    const expected = whole(other, words);
    assert.equal(expected, Math.abs(count) || 3);
    node.rig.journal.commit(() => {});
    const from = node.rig.journal.seq;
    const seen: string[] = [];
    const asks = (): void => void seen.push(node.rig.connect().send('LLEN', 'l'));
    assert.equal(sliced(node, words, asks), expected);
    assert.deepEqual(seen, ['']);
    const all = ['LRANGE', 'l', '0', '-1'];
    assert.deepEqual(whole(node, all), whole(other, all));
    assert.equal((await replayed(node, from)).runs, 1);
  }
  const node = fill();
  assert.equal(node.bytes('LREM', 'l', '1', 'x').toString(), ':1\r\n', 'what is near is removed at once');
  assert.equal(node.bytes('LREM', 'l', '-1', 'x').toString(), ':1\r\n');
  assert.equal(sliced(node, ['LREM', 'l', '0', 'none']), 0);
});
