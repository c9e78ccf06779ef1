import assert from 'node:assert/strict';
import { test } from 'node:test';
import { StreamId } from '../../../src/delta/stream-id.ts';
import { EntryChunks } from '../../../src/store/stream/entry-chunks.ts';
import { StreamEntry } from '../../../src/store/stream/entry-codec.ts';
import { excess, excessBelow } from '../../../src/store/stream/excess.ts';
import { newStore } from '../new-store.ts';

/** Entries 1-0, 2-0 and so on, ten a chunk. */
function chunksOf(count: number): EntryChunks {
  const limits = { bytesMax: 0, entriesMax: 10 };
  const chunks = new EntryChunks(newStore('n').ground, limits, { isGrave: false, hasDots: false });
  const e = new StreamEntry();
  for (let ms = 1; ms <= count; ms++) {
    e.id.setNumbers(ms, 0);
    chunks.append(e);
  }
  return chunks;
}

test('a trim to so many entries removes what is over, or the whole chunks of that', () => {
  const chunks = chunksOf(45);
  assert.equal(excess(chunks, 45, true, 0), 0);
  assert.equal(excess(chunks, 12, true, 0), 33);
  assert.equal(excess(chunks, 12, false, 0), 30);
  assert.equal(excess(chunks, 12, false, 25), 20);
  assert.equal(excess(chunks, 0, false, 0), 45);
  assert.equal(excess(chunksOf(0), 0, false, 0), 0);
});

test('a trim up to an id removes what is below it, or the whole chunks of that', () => {
  const chunks = chunksOf(45);
  const id = new StreamId().setNumbers(28, 0);
  assert.equal(excessBelow(chunks, id, true, 0), 27);
  assert.equal(excessBelow(chunks, id, false, 0), 20);
  assert.equal(excessBelow(chunks, id, false, 15), 10);
  assert.equal(excessBelow(chunks, new StreamId().setMax(), false, 0), 45);
  assert.equal(excessBelow(chunksOf(0), id, true, 0), 0);
});
