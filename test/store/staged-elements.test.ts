import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { ElementType } from '../../src/delta/kinds.ts';
import { EntryType } from '../../src/store/entry.ts';
import { packScore, scoreBytes } from '../../src/store/score.ts';
import { StagedElements } from '../../src/store/staged-elements.ts';
import { runs } from '../runs.ts';
import { TestNode } from './fleet.ts';
import { buildMs } from './new-store.ts';

const key = Buffer.from('k');

function names(count: number, from = 0): Buffer[] {
  return Array.from({ length: count }, (_, i) => Buffer.from(`n${from + i}`));
}

/** Stages so many elements of a type. */
function staged(node: TestNode, type: number, count: number, from = 0): StagedElements {
  const { store } = node;
  const made = new StagedElements(store, store.keyspace(0), type);
  for (const [i, name] of names(count, from).entries()) {
    if (type === EntryType.zset) made.putScored(name, 0, name.length, i % 7);
    else if (type === EntryType.set) made.put(name, 0, name.length);
    else made.put(name, 0, name.length, Buffer.from(`v${i}`.repeat(30)), 0, 60);
  }
  return made;
}

function replace(node: TestNode, made: StagedElements): boolean {
  let existed = false;
  node.run((store) => {
    existed = made.replace(store.keyspace(0), key, 0, key.length);
  });
  return existed;
}

/** Puts elements in the ordinary way. */
function put(node: TestNode, type: number, count: number): void {
  node.run((store) => {
    store.elements.open(store.keyspace(0), key, 0, key.length, type);
    const value = type === EntryType.zset ? packScore(1) : Buffer.from('x');
    const length = type === EntryType.zset ? scoreBytes : type === EntryType.hash ? 1 : 0;
    for (const name of names(count)) store.elements.put(name, 0, name.length, value, 0, length);
  });
}

function drop(node: TestNode, name: Buffer): void {
  node.run((store) => {
    store.elements.open(store.keyspace(0), key, 0, key.length, ElementType.hash);
    store.elements.drop(name, 0, name.length);
  });
}

function replayed(node: TestNode, keepsDead: boolean, lww = false): TestNode {
  const copy = new TestNode('copy', { keepsDead, lww });
  for (const batch of node.history) copy.join(batch, node);
  return copy;
}

for (const type of [EntryType.set, EntryType.hash, EntryType.zset]) {
  for (const before of [0, 3, 300]) {
    test(`type ${type} over ${before} elements: what was staged is what is shown, and what the deltas say`, () => {
      for (const keepsDead of [false, true]) {
        const node = new TestNode('n1', { keepsDead });
        const plain = new TestNode('n1', { keepsDead });
        put(node, type, before);
        const made = staged(node, type, 200);
        const seen = node.visible();
        assert.equal(node.history.length, before === 0 ? 0 : 1, 'nothing is said while it is staged');
        assert.equal(Object.keys(seen).length, before === 0 ? 0 : 1);
        assert.equal(replace(node, made), before > 0);
        const again = staged(plain, type, 200);
        replace(plain, again);
        assert.deepEqual(node.visible(), plain.visible());
        const copy = replayed(node, keepsDead);
        assert.deepEqual(copy.visible(), node.visible());
        assert.deepEqual(copy.picture(), node.picture());
      }
    });
  }
}

test('over the dead of an earlier life: they stay known, and what comes back is said anew', () => {
  for (const lww of [false, true]) {
    for (const many of [3, 300]) {
      const node = new TestNode('n1', { lww });
      put(node, EntryType.hash, many);
      for (const name of names(many)) drop(node, name);
      assert.deepEqual(node.visible(), {});
      replace(node, staged(node, EntryType.hash, 200, 2));
      const copy = replayed(node, true, lww);
      assert.deepEqual(copy.visible(), node.visible());
      assert.deepEqual(copy.picture(), node.picture());
      const far = new TestNode('far', { lww });
      for (const batch of [...node.history].reverse()) far.join(batch, node);
      assert.deepEqual(far.visible(), node.visible());
    }
  }
});

test('nothing staged removes the key', () => {
  const node = new TestNode('n1');
  put(node, EntryType.set, 3);
  assert.equal(replace(node, staged(node, EntryType.set, 0)), true);
  assert.deepEqual(node.visible(), {});
  assert.equal(replace(node, staged(node, EntryType.set, 0)), false);
});

test('what is discarded leaves nothing', () => {
  const node = new TestNode('n1', { keepsDead: false });
  const { store } = node;
  const { liveBytes } = store.arena;
  const made = staged(node, EntryType.zset, 500);
  assert.ok(store.arena.liveBytes > liveBytes);
  made.discard();
  made.discard();
  while (store.freeSlice(100));
  assert.equal(store.arena.liveBytes, liveBytes);
  assert.equal(store.nests.count, 0);
});

test('members are put, given other scores and taken out as in a map', () => {
  const op = fc.record({ name: fc.nat(400), score: fc.option(fc.integer({ min: -9, max: 9 })) });
  fc.assert(
    fc.property(fc.array(op, { maxLength: 600 }), (ops) => {
      const node = new TestNode('n1', { keepsDead: false });
      const made = new StagedElements(node.store, node.store.keyspace(0), EntryType.zset);
      const map = new Map<string, number>();
      for (const { name, score } of ops) {
        const bytes = Buffer.from(`m${name}`);
        if (score === null) {
          made.drop(bytes, 0, bytes.length);
          map.delete(`m${name}`);
        } else {
          made.putScored(bytes, 0, bytes.length, score, (before, by) => before + by);
          map.set(`m${name}`, (map.get(`m${name}`) ?? 0) + score);
        }
      }
      assert.equal(made.size, map.size);
      replace(node, made);
      const expected = [...map].map(
        ([name, score]) => `${name}=${Buffer.from(packScore(score)).toString('latin1')}`,
      );
      const shown =
        map.size === 0 ? {} : { '0:k': `${EntryType.zset}{${expected.sort().join(',')}} until 0` };
      assert.deepEqual(node.visible(), shown);
    }),
    { numRuns: runs(60) },
  );
});

test('a key that had a deadline has none with what takes its place', () => {
  const node = new TestNode('n1');
  put(node, EntryType.set, 3);
  node.run((store) => {
    const ks = store.keyspace(0);
    const hash = store.hash.of(key, 0, key.length);
    store.expireAt(ks, hash, ks.entryOf(hash, key, 0, key.length), buildMs + 1000);
  });
  replace(node, staged(node, EntryType.set, 200));
  assert.match(Object.values(node.visible())[0]!, /until 0$/);
});
