import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { StreamId } from '../../../src/delta/stream-id.ts';
import type { Dot } from '../../../src/store/key-state.ts';
import { DeadEntries } from '../../../src/store/stream/dead-entries.ts';
import { runs } from '../../runs.ts';
import { newStore } from '../new-store.ts';

const { ground } = newStore('n');
const dot = fc
  .record({ stamp: fc.oneof(fc.nat(300), fc.constant(2 ** 52 - 1)), origin: fc.constantFrom(1, 65_535) })
  .map(({ stamp, origin }) => ({ origin, stamp }));
const removal = fc.record({ ms: fc.nat(40), kill: dot, event: dot });

test('a removed id is found again with both of its dots, the last that were given', () => {
  fc.assert(
    fc.property(fc.array(removal, { maxLength: 60 }), (removals) => {
      const dead = new DeadEntries(ground);
      const model = new Map<number, { kill: Dot; event: Dot }>();
      const id = new StreamId();
      for (const { ms, kill, event } of removals) {
        id.setNumbers(ms, 1);
        if (dead.find(id)) dead.replace(id, kill, event);
        else dead.insert(id, kill, event);
        model.set(ms, { kill, event });
      }
      assert.equal(dead.count, model.size);
      for (let ms = 0; ms <= 40; ms++) {
        const known = model.get(ms);
        assert.equal(dead.find(id.setNumbers(ms, 1)), known !== undefined);
        if (known !== undefined) assert.deepEqual({ kill: dead.kill, event: dead.event }, known);
      }
      dead.chunks.free();
    }),
    { numRuns: runs(100) },
  );
  assert.equal(ground.tombBytes, 0);
});
