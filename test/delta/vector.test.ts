import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { Origins } from '../../src/delta/origins.ts';
import { type VectorEntry, VersionVector } from '../../src/delta/vector.ts';
import { runs } from '../runs.ts';

/** Few that fall on the same places, and some far apart. */
const origin = fc.oneof(fc.integer({ min: 1, max: 40 }), fc.constantFrom(8, 16, 64, 128, 65_535));
const step = fc.record({
  what: fc.constantFrom('advance', 'advance', 'advance', 'retract', 'forget', 'clear', 'clone'),
  origin,
  stamp: fc.nat(5).map((n) => n * 2 ** 46),
  tag: fc.nat(2 ** 32 - 1),
});

function rows(vector: VersionVector): [number, VectorEntry][] {
  return [...vector.entries()].sort(([a], [b]) => a - b);
}

test('a vector has the entries that a map would have, whatever is raised, set back and forgotten', () => {
  fc.assert(
    fc.property(fc.array(step, { maxLength: 200 }), origin, (steps, asked) => {
      let vector = new VersionVector();
      const model = new Map<number, VectorEntry>();
      for (const { what, origin, stamp, tag } of steps) {
        const known = model.get(origin);
        if (what === 'advance') {
          const rises = known === undefined || stamp > known.stamp;
          assert.equal(vector.advance(origin, stamp, tag), rises);
          if (rises) model.set(origin, { stamp, tag });
        } else if (what === 'retract') {
          vector.retract(origin, { stamp, tag });
          model.set(origin, { stamp, tag });
        } else if (what === 'forget') {
          vector.retract(origin, undefined);
          model.delete(origin);
        } else if (what === 'clone') {
          const before = vector;
          vector = before.clone();
          before.advance(77, 1, 1);
        } else if (stamp === 0) {
          vector.clear();
          model.clear();
        }
        assert.equal(vector.size, model.size);
        assert.deepEqual(vector.get(origin), model.get(origin));
      }
      assert.deepEqual(
        rows(vector),
        [...model].sort(([a], [b]) => a - b),
      );
      const entry = model.get(asked);
      assert.equal(vector.stampOf(asked), entry?.stamp ?? 0);
      for (const stamp of [0, 2 ** 46, 5 * 2 ** 46]) {
        assert.equal(vector.covers(asked, stamp), entry !== undefined && stamp <= entry.stamp);
      }
    }),
    { numRuns: runs(500) },
  );
});

test('a vector dominates what it covers, and equal ones have one hash wherever they are', () => {
  const [here, there] = [new Origins(), new Origins()];
  for (const name of ['x/00000001', 'y/00000001', 'z/00000001']) there.intern(name);
  const [a, b] = [new VersionVector(), new VersionVector()];
  for (const [i, name] of ['z/00000001', 'x/00000001'].entries()) {
    a.advance(here.intern(name), 10 + i, i);
    b.advance(there.intern(name), 10 + i, i);
  }
  assert.equal(a.hash(here), b.hash(there));
  b.advance(there.intern('y/00000001'), 1, 0);
  assert.notEqual(a.hash(here), b.hash(there));
  const less = b.clone();
  less.retract(there.intern('z/00000001'), undefined);
  assert.ok(b.dominates(less) && !less.dominates(b));
  assert.ok(b.dominates(b) && b.dominates(new VersionVector()) && !new VersionVector().dominates(b));
});
