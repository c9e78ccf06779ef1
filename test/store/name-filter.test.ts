import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { NameFilter } from '../../src/store/name-filter.ts';

const names = fc.array(fc.uint8Array({ maxLength: 20 }), { maxLength: 128 });

test('what was added is never said to be lacking', () => {
  fc.assert(
    fc.property(names, fc.nat({ max: 5 }), (added, gap) => {
      const filter = new NameFilter();
      filter.clear();
      for (const name of added) {
        const bytes = new Uint8Array(name.length + 2 * gap);
        bytes.set(name, gap);
        filter.add(bytes, gap, name.length);
      }
      for (const name of added) assert.equal(filter.lacks(name, 0, name.length), false);
    }),
  );
});

test('names that were not added are mostly lacking, and all of them once it is cleared', () => {
  const filter = new NameFilter();
  filter.clear();
  const name = (n: number): Buffer => Buffer.from(`element:${String(n).padStart(12, '0')}`);
  const lacked = (from: number): number => {
    let count = 0;
    for (let n = from; n < from + 1000; n++) if (filter.lacks(name(n), 0, 20)) count += 1;
    return count;
  };
  for (let n = 0; n < 128; n++) filter.add(name(n), 0, 20);
  assert.ok(lacked(1000) > 900, `only ${lacked(1000)} of 1000`);
  filter.clear();
  assert.equal(lacked(0), 1000);
});
