import assert from 'node:assert/strict';
import { test } from 'node:test';
import { CommandNode } from '../harness.ts';
import { errorOf, sliced, smallNode, whole } from '../in-slices.ts';

test('unites sets into the first, which need not exist', () => {
  const node = new CommandNode();
  node.run('PFADD a 1 2 3');
  node.run('PFADD b 3 4');
  assert.equal(node.run('PFMERGE d a b missing'), 'OK');
  assert.equal(node.run('PFCOUNT d'), 4);
  assert.equal(node.run('PFMERGE d'), 'OK');
  assert.equal(node.run('PFMERGE empty missing'), 'OK');
  assert.equal(node.run('PFCOUNT empty'), 0);
  assert.equal(node.run('EXISTS empty'), 1);
});

test('keeps the deadline of the destination', () => {
  const node = new CommandNode();
  node.run('PFADD d 1');
  node.run('EXPIRE d 100');
  node.run('PFADD a 2');
  node.run('PFMERGE d a');
  assert.equal(node.run('TTL d'), 100);
  assert.equal(node.run('PFCOUNT d'), 2);
});

test('refuses what is no HyperLogLog', () => {
  const node = new CommandNode();
  node.run('SET s x');
  assert.equal(node.run('PFMERGE d s'), '-WRONGTYPE Key is not a valid HyperLogLog string value.');
  assert.equal(node.run('EXISTS d'), 0);
});

test('very many are united, and counted, in slices as they are at once', () => {
  const node = smallNode();
  const keys = Array.from({ length: 60 }, (_, i) => `p${i}`);
  for (const [i, key] of keys.entries()) node.call('PFADD', key, ...keys.slice(0, i), `only ${key}`);
  const expected = whole(node, ['PFCOUNT', ...keys]);
  const { stats } = node.services;
  const { hits } = stats;
  assert.equal(sliced(node, ['PFCOUNT', ...keys]), expected);
  assert.equal(stats.hits, hits + keys.length);
  assert.equal(sliced(node, ['PFMERGE', 'd', ...keys, 'missing']), 'OK');
  assert.equal(node.run('PFCOUNT d'), expected);
  const other = node.rig.connect();
  const added = (): void => void other.send('PFADD', 'p3', 'new', 'newer');
  const more = sliced(node, ['PFCOUNT', ...keys], added);
  assert.equal(more, whole(node, ['PFCOUNT', ...keys]));
  assert.notEqual(more, expected);
  node.run('SET p3 x');
  assert.match(errorOf(sliced(node, ['PFMERGE', 'd', ...keys])), /WRONGTYPE/);
  node.run('DEL p3');
  node.run('SADD p3 x');
  assert.match(errorOf(sliced(node, ['PFMERGE', 'd', ...keys])), /WRONGTYPE/);
});
