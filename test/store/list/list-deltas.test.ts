import assert from 'node:assert/strict';
import { test } from 'node:test';
import { BatchWriter } from '../../../src/delta/batch-writer.ts';
import { ListCursor } from '../../../src/store/list/list-deltas.ts';
import { TestNode } from '../fleet.ts';

const key = Buffer.from('a');

test('deltas in slices of any size are those of all at once, and say what a change said', () => {
  const node = new TestNode('n1');
  const open = (): void => void node.store.otherLists.open(node.store.keyspace(0), key, 0, 1);
  node.run(({ lists, keyspaces }) => {
    lists.open(keyspaces[0]!, key, 0, 1);
    lists.pushTexts(Array.from({ length: 700 }, (_, i) => `value ${i}`));
  });
  node.run(({ lists, keyspaces }) => {
    lists.open(keyspaces[0]!, key, 0, 1);
    lists.set(3, key, 0, 1);
    lists.remove(500);
    lists.trim(2, 5);
    lists.insert(10, key, 0, 1);
  });
  for (const elementsMax of [1, 64, 10_000]) {
    const copy = new TestNode('n2');
    const cursor = new ListCursor();
    for (let isDone = false; !isDone; ) {
      const writer = new BatchWriter(node.store.origins);
      open();
      isDone = node.store.otherLists.deltas.emit(writer, undefined, elementsMax, cursor);
      copy.join(Buffer.from(writer.buf.subarray(0, writer.pos)), node);
    }
    assert.deepEqual(copy.visible(), node.visible());
    assert.deepEqual(copy.picture(), node.picture());
  }
});
