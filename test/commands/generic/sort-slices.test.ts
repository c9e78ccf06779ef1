import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { sortSlices } from '../../../src/commands/generic/sort-slices.ts';

test('sorts as a sort at once does, equal ones in their order, in short steps', () => {
  fc.assert(
    fc.property(fc.array(fc.nat(9), { maxLength: 80 }), fc.integer({ min: 1, max: 9 }), (items, stepMax) => {
      let looked = 0;
      let longest = 0;
      const steps = sortSlices(
        items.length,
        (a, b) => {
          looked += 1;
          return items[a]! - items[b]!;
        },
        stepMax,
      );
      for (;;) {
        const { done, value } = steps.next();
        longest = Math.max(longest, looked);
        looked = 0;
        if (done !== true) continue;
        const expected = items.map((_, i) => i).sort((a, b) => items[a]! - items[b]!);
        assert.deepEqual([...value], expected);
        break;
      }
      assert.ok(longest <= 10 * stepMax);
    }),
  );
});
