import assert from 'node:assert/strict';
import { test } from 'node:test';
import { CommandNode } from '../commands/harness.ts';
import { TestNode } from './fleet.ts';

const fields = 300;

/** A node that has counted before a start and goes on after it. */
function counted(): { node: TestNode; since: number } {
  const node = new TestNode('n1');
  const client = new CommandNode({ store: node.store });
  const run = (command: string): void => node.run(() => client.run(command));
  const countAll = (by: number): void => {
    run(`INCRBY n ${by}`);
    run(`INCRBYFLOAT d ${by}.5`);
    run(`INCRBY seen ${by}`);
    run(`HINCRBY h f ${by}`);
    run(`ZINCRBY z ${by} m`);
    for (let i = 0; i < fields; i++) run(`HINCRBY large field-${i} ${by}`);
  };
  run('SET base 100');
  run('INCRBY base 10');
  countAll(10);
  const since = node.store.clock.last() + 1;
  node.store.markSince(node.store.self, since);
  countAll(3);
  countAll(4);
  run('INCR base');
  run('SET seen over');
  return { node, since };
}

function forked(node: TestNode, since: number): string[] {
  const { store } = node;
  const to = store.origins.intern('n1/00000002');
  let stamp = since * 2;
  node.run(() => store.redot(store.self, since, to, () => ++stamp));
  return node.picture();
}

test('a fork splits the counters that were begun before it', () => {
  const { node, since } = counted();
  const before = node.visible();
  const picture = forked(node, since);
  assert.deepEqual(node.visible(), before);
  const sums = (key: string): string[] =>
    picture
      .filter((line) => line.startsWith(`0 ${key} count`))
      .map((line) => line.replace(/^.* count n1\/0*(\d)@.* sum /, '$1: '));
  assert.deepEqual(sums('n'), ['1: 10', '2: 7']);
  assert.deepEqual(sums('d'), ['1: 10.5', '2: 8']);
  assert.deepEqual(sums('base'), ['1: 10', '2: 1']);
  const ofFields = picture.filter((line) => line.startsWith('0 large.') && / count /.test(line));
  assert.equal(ofFields.length, 2 * fields);
});

test('it does so too where the counts were replayed, or came from a snapshot', () => {
  const { node, since } = counted();
  const replayed = new TestNode('n1');
  replayed.store.markSince(replayed.store.self, since);
  for (const batch of node.history) replayed.join(batch, node);
  const restored = new TestNode('n1');
  restored.store.markSince(restored.store.self, since);
  for (const batch of node.scanned(true)) restored.join(batch, node);
  const again = new TestNode('n1');
  again.store.markSince(again.store.self, since);
  for (const batch of restored.scanned(true)) again.join(batch, restored);
  const expected = forked(node, since);
  assert.deepEqual(forked(replayed, since), expected);
  assert.deepEqual(forked(restored, since), expected);
  assert.deepEqual(forked(again, since), expected);
});

test('what a peer is sent says nothing of marks', () => {
  const { node } = counted();
  const counts = node.picture().filter((line) => line.startsWith('0 n count'));
  assert.equal(counts.length, 1);
  const peer = new TestNode('n2');
  for (const batch of node.scanned(false)) peer.join(batch, node);
  assert.deepEqual(peer.visible(), node.visible());
});
