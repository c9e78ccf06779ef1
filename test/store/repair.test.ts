import assert from 'node:assert/strict';
import { test } from 'node:test';
import { CommandNode } from '../commands/harness.ts';
import { TestNode } from './fleet.ts';

const fields = 300;

/** A node that has counted, and goes on after each of two starts. */
function counted(): { node: TestNode; starts: readonly [number, number] } {
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
  const first = node.store.clock.last() + 1;
  node.store.markBefore(node.store.self, [first]);
  countAll(2);
  countAll(1);
  const second = node.store.clock.last() + 1;
  node.store.markBefore(node.store.self, [first, second]);
  countAll(4);
  run('INCR base');
  run('SET seen over');
  return { node, starts: [first, second] };
}

function forked(node: TestNode, since: number): string[] {
  const { store } = node;
  const to = store.origins.intern('n1/00000002');
  let stamp = since * 2;
  node.run(() => store.redot(store.self, since, to, () => ++stamp));
  return node.picture();
}

function sums(picture: readonly string[], key: string): string[] {
  return picture
    .filter((line) => line.startsWith(`0 ${key} count`))
    .map((line) => line.replace(/^.* count n1\/0*(\d)@.* sum /, '$1: '));
}

test('a fork splits the counters that were begun before it, at whichever start it is', () => {
  for (const at of [0, 1]) {
    const { node, starts } = counted();
    const before = node.visible();
    const picture = forked(node, starts[at]!);
    assert.deepEqual(node.visible(), before);
    assert.deepEqual(sums(picture, 'n'), at === 0 ? ['1: 10', '2: 7'] : ['1: 13', '2: 4']);
    assert.deepEqual(sums(picture, 'd'), at === 0 ? ['1: 10.5', '2: 8.5'] : ['1: 14.5', '2: 4.5']);
    assert.deepEqual(sums(picture, 'base'), ['1: 10', '2: 1']);
    const ofFields = picture.filter((line) => line.startsWith('0 large.') && / count /.test(line));
    assert.equal(ofFields.length, 2 * fields);
  }
});

test('it does so too where the counts were replayed, or came from a snapshot', () => {
  for (const at of [0, 1]) {
    const { node, starts } = counted();
    const since = starts[at]!;
    const read = (batches: readonly Buffer[]): TestNode => {
      const reader = new TestNode('n1');
      reader.store.markBefore(reader.store.self, starts);
      for (const batch of batches) reader.join(batch, node);
      return reader;
    };
    const replayed = read(node.history);
    const restored = read(node.scanned(true));
    const again = read(restored.scanned(true));
    const expected = forked(node, since);
    for (const other of [replayed, restored, again]) assert.deepEqual(forked(other, since), expected);
  }
});

test('what a peer is sent says nothing of marks', () => {
  const { node } = counted();
  const counts = node.picture().filter((line) => line.startsWith('0 n count'));
  assert.equal(counts.length, 1);
  const peer = new TestNode('n2');
  for (const batch of node.scanned(false)) peer.join(batch, node);
  assert.deepEqual(peer.visible(), node.visible());
});
