import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { StreamId } from '../../../src/delta/stream-id.ts';
import { EntryChunks } from '../../../src/store/stream/entry-chunks.ts';
import { StreamEntry } from '../../../src/store/stream/entry-codec.ts';
import { runs } from '../../runs.ts';
import { TestNode } from '../fleet.ts';

interface Known {
  readonly ms: number;
  readonly seq: number;
  stamp: number;
  origin: number;
  body: string;
}

function entryOf({ ms, seq, stamp, origin, body }: Known): StreamEntry {
  const e = new StreamEntry();
  e.id.setNumbers(ms, seq);
  e.stamp = stamp;
  e.origin = origin;
  e.body = Buffer.from(body);
  e.length = e.body.length;
  return e;
}

function contentOf(chunks: EntryChunks): Known[] {
  const { codec } = chunks;
  const out: Known[] = [];
  chunks.begin();
  while (chunks.next()) {
    const [ms, seq] = codec.id.text.split('-').map(Number);
    const body = Buffer.from(codec.u8.subarray(codec.bodyAt, codec.bodyAt + codec.bodyLength)).toString();
    out.push({ ms: ms!, seq: seq!, stamp: codec.stamp, origin: codec.origin, body });
  }
  assert.equal(chunks.count, out.length);
  return out;
}

const entry = fc.record({
  ms: fc.oneof(fc.nat(50), fc.constantFrom(2 ** 33, 2 ** 50)),
  // No entry has the id 0-0.
  seq: fc.oneof(fc.integer({ min: 1, max: 4 }), fc.constant(2 ** 40)),
  stamp: fc.oneof(fc.nat(5000), fc.constantFrom(2 ** 40, 2 ** 52 - 1)),
  origin: fc.constantFrom(1, 2, 300, 65_535),
  body: fc.constantFrom('', 'a', 'bc'.repeat(40), 'd'.repeat(700), 'e'.repeat(5000)),
});
const step = fc.oneof(
  { weight: 3, arbitrary: fc.record({ put: entry, times: fc.constantFrom(1, 1, 40) }) },
  { weight: 2, arbitrary: fc.record({ remove: fc.nat(1000) }) },
  { weight: 1, arbitrary: fc.record({ cut: fc.nat(1000) }) },
  { weight: 1, arbitrary: fc.record({ doomed: fc.nat(5) }) },
);

test('a sequence of entries is what a sorted array is', () => {
  fc.assert(
    fc.property(
      fc.array(step, { maxLength: 60 }),
      fc.record({ bytesMax: fc.constantFrom(0, 300, 4096), entriesMax: fc.constantFrom(0, 1, 7, 100) }),
      (stepList, limits) => {
        const { store } = new TestNode('n1', { memoryBytes: 16 * 1024 * 1024 });
        const before = store.arena.liveBytes;
        const chunks = new EntryChunks(store.ground, limits, { isGrave: false, hasDots: true });
        let model: Known[] = [];
        for (const what of stepList) {
          if ('put' in what) {
            for (let i = 0; i < what.times; i++) {
              const known = { ...what.put, ms: what.put.ms + i, stamp: Math.max(0, what.put.stamp - i) };
              const e = entryOf(known);
              if (chunks.find(e.id)) chunks.replace(e);
              else chunks.insert(e);
              model = model.filter((m) => m.ms !== known.ms || m.seq !== known.seq);
              model.push(known);
              model.sort((a, b) => a.ms - b.ms || a.seq - b.seq);
            }
          } else if ('remove' in what && model.length > 0) {
            const [gone] = model.splice(what.remove % model.length, 1);
            assert.equal(chunks.find(entryOf(gone!).id), true);
            chunks.remove();
          } else if ('cut' in what && model.length > 0) {
            const n = what.cut % (model.length + 1);
            chunks.removeFirsts(n);
            model.splice(0, n);
          } else if ('doomed' in what) {
            chunks.removeWhere(() => chunks.codec.stamp % 5 === what.doomed);
            model = model.filter((m) => m.stamp % 5 !== what.doomed);
          }
          assert.deepEqual(contentOf(chunks), model);
        }
        const sought = new StreamId();
        for (const ms of [0, 3, 20, 2 ** 33]) {
          const below = model.filter((m) => m.ms < ms).length;
          assert.equal(chunks.countBelow(sought.setNumbers(ms, 0)), below);
        }
        chunks.free();
        assert.equal(store.arena.liveBytes, before);
      },
    ),
    { numRuns: runs(200) },
  );
});

test('one id after the other is found from where the last one was, in any order', () => {
  const { store } = new TestNode('n1', { memoryBytes: 16 * 1024 * 1024 });
  const limits = { bytesMax: 300, entriesMax: 0 };
  const chunks = new EntryChunks(store.ground, limits, { isGrave: false, hasDots: true });
  const id = new StreamId();
  chunks.begin();
  assert.equal(chunks.findOnward(id.setNumbers(1, 1)), false, 'nothing is there');
  for (let ms = 1; ms <= 200; ms += 2) {
    chunks.append(entryOf({ ms, seq: 1, stamp: ms, origin: 1, body: 'x' }));
  }
  chunks.begin();
  for (let ms = 0; ms <= 202; ms++) {
    assert.equal(chunks.findOnward(id.setNumbers(ms, 1)), ms % 2 === 1 && ms < 200, String(ms));
  }
  for (const ms of [199, 7, 7, 8, 9, 3, 301, 5, 150, 151, 0, 1]) {
    assert.equal(chunks.findOnward(id.setNumbers(ms, 1)), ms % 2 === 1 && ms < 200, String(ms));
    if (ms % 2 === 1 && ms < 200) assert.equal(chunks.codec.stamp, ms);
  }
});
