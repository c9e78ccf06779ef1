import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { ListValue } from '../../../src/store/list/list-value.ts';
import type { Lists } from '../../../src/store/lists.ts';
import { CommandNode } from '../../commands/harness.ts';
import { newStore } from '../new-store.ts';

const key = Buffer.from('a');

/** A list of these values, open. */
function listOf(values: readonly string[]): Lists {
  const { lists, keyspaces } = newStore('n', 4 * 1024 * 1024);
  lists.open(keyspaces[0]!, key, 0, 1);
  lists.pushTexts(values);
  return lists;
}

const texts = Array.from({ length: 3000 }, (_, i) => (i % 3 === 0 ? String(i) : `v${i % 7}`));

test('elements are read by index, from either end, and in runs, whatever the form', () => {
  for (const size of [1, 5, 3000]) {
    const values = texts.slice(0, size);
    const { reader } = listOf(values);
    const read = (): string => text(reader.value);
    for (const index of [0, size >> 1, size - 1]) {
      reader.readAt(index);
      assert.equal(read(), values[index]);
    }
    reader.readEnd(true);
    assert.equal(read(), values[0]);
    reader.readEnd(false);
    assert.equal(read(), values.at(-1));
    const out: string[] = [];
    reader.values(size >> 2, size >> 1, out);
    assert.deepEqual(out, values.slice(size >> 2, (size >> 2) + (size >> 1)));
  }
});

test('equal values are found from the front and from the end, past some, as many as are asked for', () => {
  const { reader } = listOf(texts);
  const needle = Buffer.from('v1');
  const all = texts.flatMap((value, i) => (value === 'v1' ? [i] : []));
  const found = (fromEnd: boolean, lookMax: number, skip: number, limit: number): number[] =>
    reader.matches(needle, 0, 2, fromEnd, lookMax, skip, limit);
  assert.deepEqual(found(false, 0, 0, 0), all);
  assert.deepEqual(found(true, 0, 0, 0), [...all].reverse());
  assert.deepEqual(found(false, 0, 2, 3), all.slice(2, 5));
  assert.deepEqual(found(true, 1000, 0, 0), all.filter((i) => i >= 2000).reverse());
});

test('a list fits a listpack as Redis would have it', () => {
  const node = new CommandNode();
  node.run(`RPUSH l ${texts.slice(0, 100).join(' ')}`);
  assert.equal(node.run('OBJECT ENCODING l'), 'listpack');
  for (let i = 0; i < 10; i++) node.run(`RPUSH l ${'x'.repeat(1000)}`);
  assert.equal(node.run('OBJECT ENCODING l'), 'quicklist');
});

function text({ bytes, offset, length }: ListValue): string {
  return Buffer.from(bytes.subarray(offset, offset + length)).toString();
}
