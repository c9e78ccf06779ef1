import assert from 'node:assert/strict';
import { test } from 'node:test';
import { stampCountersPerMs } from '../../src/base/clock.ts';
import { MemoryJournal } from '../../src/journal/memory-journal.ts';
import { type Pour, StagedKey } from '../../src/store/staged-key.ts';
import { TestNode } from './fleet.ts';

const key = Buffer.from('k');

function nodeWithLog(keepsDead: boolean): { node: TestNode; journal: MemoryJournal } {
  const node = new TestNode('n1', { keepsDead });
  const journal = new MemoryJournal({ origins: node.store.origins, tailBytesMax: 1024 * 1024 });
  node.store.recorder = journal.writer;
  node.store.runs = journal.runs;
  return { node, journal };
}

/** So many parts of so many elements. */
function* parts({ store }: TestNode, count: number, size: number): Generator<Pour, boolean, void> {
  for (let part = 0; part < count; part++) {
    yield (hidden) => {
      store.lists.open(hidden, key, 0, key.length);
      store.lists.pushTexts(Array.from({ length: size }, (_, i) => `${part}-${i}`));
    };
  }
  return true;
}

/** Fills a key and, between two parts, does what is given. */
function filled(node: TestNode, between: () => void = () => {}): { staged: StagedKey; isFull: boolean } {
  const staged = new StagedKey(node.store, node.store.keyspace(0), key, 0, key.length);
  const steps = staged.fill(1000, () => parts(node, 10, 100));
  for (let n = 0; ; n++) {
    const { done, value } = steps.next();
    if (done === true) return { staged, isFull: value };
    if (n === 3) between();
  }
}

test('nothing is seen before, and then all of it, under dots above those that came meanwhile', () => {
  const { node } = nodeWithLog(false);
  const { store } = node;
  let before = 0;
  const { staged, isFull } = filled(node, () => {
    assert.deepEqual(node.visible(), {});
    before = store.clock.next();
  });
  assert.equal(isFull, true);
  assert.equal(store.dotsAhead, undefined);
  assert.equal(staged.replace(), false);
  const ks = store.keyspace(0);
  store.lists.open(ks, key, 0, key.length);
  assert.equal(store.lists.size, 1000);
  assert.ok(store.entries.stamp(store.lists.at) > before);
  assert.equal(store.clock.last(), store.entries.stamp(store.lists.at));
  assert.equal(store.nests.count, 0);
});

test('the time does not drive the clock up to the dots, what others say does, and then it is not done', () => {
  const { node } = nodeWithLog(false);
  const { store } = node;
  const late = new StagedKey(store, store.keyspace(0), key, 0, key.length);
  const steps = late.fill(1000, () => parts(node, 10, 100));
  steps.next();
  node.setTime(store.nowMs + 60_000);
  const ceiling = store.clock.last();
  steps.next();
  node.setTime(store.nowMs + 60_000);
  assert.equal(store.clock.last(), ceiling);
  for (;;) {
    const { done, value } = steps.next();
    if (done === true) {
      assert.equal(value, false);
      break;
    }
    store.clock.witness(store.clock.last() + 60_000 * stampCountersPerMs);
  }
  assert.equal(store.clock.ceiling, Number.POSITIVE_INFINITY);
  late.discard();
  const { staged } = filled(node);
  node.store.self = node.store.origins.intern('n1/00000002');
  assert.equal(staged.replace(), undefined);
  staged.discard();
  assert.deepEqual(node.visible(), {});
  while (node.store.freeSlice(100));
  assert.equal(node.store.nests.count, 0);
});

test('of a key that was something else nothing may be remembered', () => {
  const { node } = nodeWithLog(true);
  const { store } = node;
  const ks = store.keyspace(0);
  assert.equal(StagedKey.fits(store, ks, key, 0, key.length), true);
  const { staged } = filled(node, () => store.strings.set(ks, key, 0, key.length, key, 0, 1, 0));
  assert.equal(StagedKey.fits(store, ks, key, 0, key.length), false);
  assert.equal(staged.replace(), undefined);
  staged.discard();
});
