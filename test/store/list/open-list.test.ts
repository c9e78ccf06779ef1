import assert from 'node:assert/strict';
import { test } from 'node:test';
import { raiseTo } from '../../../src/store/collection.ts';
import { chunkElementsMax } from '../../../src/store/list/chunk.ts';
import { packedBytesMax } from '../../../src/store/list/open-list.ts';
import type { Lists } from '../../../src/store/lists.ts';
import type { Store } from '../../../src/store/store.ts';
import { newStore } from '../new-store.ts';

const key = Buffer.from('a');

function opened(store: Store): Lists {
  store.lists.open(store.keyspaces[0]!, key, 0, 1);
  return store.lists;
}

function filled(count: number, text: string): { readonly store: Store; readonly lists: Lists } {
  const store = newStore('n');
  const lists = opened(store);
  lists.pushTexts(Array.from({ length: count }, () => text));
  return { store, lists };
}

function valuesOf(lists: Lists): string[] {
  const out: string[] = [];
  lists.reader.values(0, lists.size, out);
  return out;
}

test('a list is packed until it is too large or has too many elements', () => {
  const small = filled(10, 'x'.repeat(100));
  assert.equal(small.lists.opened.nestAt(small.lists.at), undefined);
  const long = filled(60, 'x'.repeat(100));
  assert.ok(long.lists.opened.nestAt(long.lists.at) !== undefined);
  const many = filled(chunkElementsMax + 1, '1');
  assert.ok(many.lists.opened.nestAt(many.lists.at) !== undefined);
  assert.equal(many.lists.size, chunkElementsMax + 1);
  assert.equal(long.lists.size, 60);
  assert.ok(long.lists.opened.outerBytes(long.lists.at) > 6000);
});

test('a packed list that has shrunk gives room back', () => {
  const { store, lists } = filled(20, 'x'.repeat(100));
  const before = store.entries.valueLength(lists.at);
  assert.ok(before > 2000 && before <= packedBytesMax);
  lists.trim(18, 0);
  assert.ok(store.entries.valueLength(lists.at) < 600);
  assert.equal(lists.size, 2);
});

test('what is kept beside the elements stays as the list grows, is packed or not', () => {
  const { store, lists } = filled(3, 'v');
  store.keepDead();
  const floor = { stamp: 1, origin: store.self };
  assert.equal(lists.opened.beside === undefined, true);
  assert.ok(raiseTo(lists, floor, store.ground.order));
  assert.deepEqual(lists.opened.beside?.floor, floor);
  lists.pushTexts(Array.from({ length: 200 }, () => 'w'.repeat(100)));
  assert.ok(lists.opened.nestAt(lists.at) !== undefined);
  assert.deepEqual(lists.opened.beside?.floor, floor);
  assert.deepEqual(valuesOf(lists).slice(0, 4), ['v', 'v', 'v', 'w'.repeat(100)]);
});

test('elements up to a dot are taken out, or all of them', () => {
  const { store, lists } = filled(5, 'old');
  const dot = { stamp: store.clock.last(), origin: store.self };
  lists.pushTexts(['new']);
  lists.opened.filter(dot);
  assert.deepEqual(valuesOf(lists), ['new']);
  lists.opened.empty();
  assert.equal(lists.size, 0);
});
