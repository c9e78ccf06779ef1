import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { StreamId } from '../../../src/delta/stream-id.ts';
import type { Dot } from '../../../src/store/key-state.ts';
import { isTrimmed, type StreamTrim, withTrim } from '../../../src/store/stream/trims.ts';
import { runs } from '../../runs.ts';

const order = (a: Dot, b: Dot): number => a.stamp - b.stamp || a.origin - b.origin;
const trim = fc
  .record({ ms: fc.nat(8), stamp: fc.nat(8), origin: fc.constantFrom(1, 2, 3) })
  .map(({ ms, stamp, origin }) => ({ id: new StreamId().setNumbers(ms, 0), dot: { stamp, origin } }));

test('of trims no two are of one origin, and none says what another says too', () => {
  fc.assert(
    fc.property(fc.array(trim, { maxLength: 12 }), (all) => {
      let known: readonly StreamTrim[] = [];
      for (const each of all) known = withTrim(known, each, order) ?? known;
      assert.equal(new Set(known.map(({ dot }) => dot.origin)).size, known.length);
      for (const one of known) {
        for (const other of known) {
          if (one !== other) assert.ok(one.id.compare(other.id) < 0 || order(one.dot, other.dot) < 0);
        }
      }
    }),
    { numRuns: runs(200) },
  );
});

test('a trim kills what has both an id and a dot below its own', () => {
  const trims = [{ id: new StreamId().setNumbers(5, 0), dot: { stamp: 9, origin: 1 } }];
  const isDead = (ms: number, stamp: number): boolean =>
    isTrimmed(trims, new StreamId().setNumbers(ms, 0), { stamp, origin: 1 }, order);
  assert.deepEqual([isDead(4, 8), isDead(5, 8), isDead(4, 9)], [true, false, false]);
  assert.equal(withTrim(trims, { id: trims[0]!.id, dot: { stamp: 8, origin: 2 } }, order), undefined);
});
