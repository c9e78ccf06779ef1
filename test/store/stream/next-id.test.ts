import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { StreamId } from '../../../src/delta/stream-id.ts';
import { nextId } from '../../../src/store/stream/next-id.ts';
import { runs } from '../../runs.ts';
import { newStore } from '../new-store.ts';

const alone = newStore('alone');
const nodes = ['n1', 'n2'].map((name) => {
  const store = newStore(name);
  store.keepDead();
  return store;
});
const greatest = 2 ** 32 - 1;
const half = fc.oneof(fc.nat(3), fc.constantFrom(greatest - 1, greatest));

test('the next id is above the last one, or there is none', () => {
  fc.assert(
    fc.property(fc.tuple(half, half, half, half), half, fc.boolean(), (last, nowMs, isSequenceOnly) => {
      const lastId = new StreamId().set(...last);
      for (const store of [alone, ...nodes]) {
        const id = new StreamId().setNumbers(nowMs, 7);
        if (!nextId(store, id, lastId, nowMs, isSequenceOnly)) {
          assert.ok(isSequenceOnly || lastId.isMax);
          continue;
        }
        assert.ok(id.compare(lastId) > 0);
        if (isSequenceOnly) assert.deepEqual([id.msHi, id.msLo], [0, nowMs]);
      }
    }),
    { numRuns: runs(300) },
  );
});

test('a node alone counts sequences up by one; nodes with peers leave each other room', () => {
  const last = new StreamId().setNumbers(100, 4);
  const id = new StreamId();
  assert.ok(nextId(alone, id, last, 100, false));
  assert.equal(id.text, '100-5');
  assert.ok(nextId(alone, id, last, 101, false));
  assert.equal(id.text, '101-0');
  const own = nodes.map((store) => {
    assert.ok(nextId(store, id, last, 100, false));
    return id.seqLo;
  });
  assert.notEqual(own[0], own[1]);
});
