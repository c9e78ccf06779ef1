import assert from 'node:assert/strict';
import { test } from 'node:test';
import { CommandNode } from '../harness.ts';

test('the subsequence and its length', () => {
  const node = new CommandNode();
  assert.equal(node.run('SET a ohmytext'), 'OK');
  assert.equal(node.run('SET b mynewtext'), 'OK');
  assert.equal(node.run('LCS a b'), 'mytext');
  assert.equal(node.run('LCS a b LEN'), 6);
  assert.equal(node.run('LCS a missing'), '');
  assert.equal(node.run('LCS missing nowhere LEN'), 0);
});

test('the runs, the last first', () => {
  const node = new CommandNode();
  node.run('SET a ohmytext');
  node.run('SET b mynewtext');
  const last = [
    [4, 7],
    [5, 8],
  ];
  const first = [
    [2, 3],
    [0, 1],
  ];
  assert.deepEqual(node.run('LCS a b IDX'), ['matches', [last, first], 'len', 6]);
  assert.deepEqual(node.run('LCS a b IDX MINMATCHLEN 4 WITHMATCHLEN'), ['matches', [[...last, 4]], 'len', 6]);
  node.client.session.protocol = 3;
  assert.deepEqual(
    node.run('LCS a b IDX'),
    new Map<string, unknown>([
      ['matches', [last, first]],
      ['len', 6],
    ]),
  );
});

test('options are checked, and so is the size of the table', () => {
  const node = new CommandNode();
  assert.equal(
    node.run('LCS a b LEN IDX'),
    '-ERR If you want both the length and indexes, please just use IDX.',
  );
  assert.equal(node.run('LCS a b what'), '-ERR syntax error');
  assert.equal(node.run('LCS a b MINMATCHLEN'), '-ERR syntax error');
  assert.equal(node.run('LCS a b MINMATCHLEN x'), '-ERR value is not an integer or out of range');
  node.call('SET', 'a', 'x'.repeat(20_000));
  node.call('SET', 'b', 'y'.repeat(20_000));
  assert.match(String(node.run('LCS a b')), /^-ERR Insufficient memory/);
});

test('both keys are looked up before one of them is of the wrong type', () => {
  const node = new CommandNode();
  node.run('SADD set a');
  const { stats } = node.rig.services;
  const { hits, misses } = stats;
  assert.match(
    node.bytes('LCS', 'set', 'none').toString(),
    /^-ERR The specified keys must contain string values/,
  );
  assert.deepEqual([stats.hits - hits, stats.misses - misses], [1, 1]);
});
