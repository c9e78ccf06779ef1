import assert from 'node:assert/strict';
import { test } from 'node:test';
import { requireRoom } from '../../src/store/room.ts';
import { TestNode } from './fleet.ts';

/** Asks for room for pairs of a key and a value of so many bytes. */
function ask(node: TestNode, valueBytes: number[]): boolean {
  const parts = valueBytes.flatMap((n, i) => [Buffer.from(`key${i}`), Buffer.alloc(n)]);
  const lengths = Int32Array.from(parts, (p) => p.length);
  let end = 0;
  const offsets = lengths.map((n) => {
    end += n;
    return end - n;
  });
  try {
    const { store } = node;
    requireRoom(store, store.keyspace(0), Buffer.concat(parts), offsets, lengths, 0, parts.length);
    return true;
  } catch (error) {
    assert.match(String(error), /OOM/);
    return false;
  }
}

test('what fits is let through, what cannot fit is not, and nothing stays taken', () => {
  const node = new TestNode('a', { memoryBytes: 1024 * 1024, keepsDead: false });
  const before = node.store.arena.liveBytes;
  assert.equal(ask(node, [10, 20, 30]), true);
  assert.equal(ask(node, [500_000]), true);
  assert.equal(ask(node, [500_000, 600_000]), false);
  assert.equal(
    ask(
      node,
      Array.from({ length: 2000 }, () => 1000),
    ),
    false,
  );
  assert.equal(node.store.arena.liveBytes, before);
  assert.equal(node.store.arena.usedBytes, 0);
});
