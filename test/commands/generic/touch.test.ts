import assert from 'node:assert/strict';
import { test } from 'node:test';
import { CommandNode } from '../harness.ts';

test('marks as used and counts what exists', () => {
  const node = new CommandNode();
  node.run('MSET a 1 b 2');
  node.advance(5000);
  assert.equal(node.run('TOUCH a b missing'), 2);
  const { store } = node;
  const hash = store.hash.of(Buffer.from('a'), 0, 1);
  const at = store.keyspace(0).entryOf(hash, Buffer.from('a'), 0, 1);
  assert.equal(store.entries.access(at), Math.floor(node.nowMs / 1000) & 0xffffff);
});
