import assert from 'node:assert/strict';
import { test } from 'node:test';
import { CommandNode } from '../harness.ts';
import { sliced, whole } from '../in-slices.ts';

const bytes = 5 * 1024 * 1024;

test('bits of a large string are counted and found in slices as they are at once', () => {
  const node = new CommandNode({ memoryBytes: 64 * 1024 * 1024 });
  node.call('SETRANGE', 'zeros', bytes - 1, '\0');
  node.call('SETRANGE', 'k', bytes - 1, '\0');
  node.call('BITOP', 'NOT', 'ones', 'zeros');
  for (let n = 1; n < bytes; n = n * 2 + 3) node.call('SETBIT', 'k', n * 8 + 3, 1);
  const ranges = [[], [3, -5], [70_000, 3_000_000], [-1_000_000, -1], [11, 30_000_001, 'BIT'], [bytes, -1]];
  for (const key of ['k', 'zeros', 'ones']) {
    for (const range of ranges) {
      const counted = ['BITCOUNT', key, ...range];
      assert.equal(sliced(node, counted), whole(node, counted), counted.join(' '));
      for (const bit of [0, 1]) {
        for (const asked of [range, range.slice(0, 1)]) {
          const found = ['BITPOS', key, bit, ...asked];
          assert.equal(sliced(node, found), whole(node, found), found.join(' '));
        }
      }
    }
  }
  assert.equal(node.call('BITCOUNT', 'k', -1, -5), 0);
  const more = 3 * bytes;
  node.call('SETRANGE', 'more', more - 1, '\0');
  const other = node.rig.connect();
  const change = (): void => void other.send('SETBIT', 'more', '5', '1');
  assert.equal(sliced(node, ['BITCOUNT', 'more'], change), 1);
  assert.equal(
    sliced(node, ['BITPOS', 'more', 1, 1], () => void other.send('DEL', 'more')),
    -1,
  );
});
