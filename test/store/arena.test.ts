import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { Arena } from '../../src/store/arena.ts';
import { runs } from '../runs.ts';

const size = fc.oneof(
  fc.integer({ min: 1, max: 200 }),
  fc.integer({ min: 201, max: 5000 }),
  fc.integer({ min: 5001, max: 100_000 }),
);
const step = fc.oneof(
  { weight: 2, arbitrary: size.map((bytes) => ({ alloc: bytes }) as const) },
  { weight: 1, arbitrary: fc.nat(1000).map((which) => ({ free: which }) as const) },
);

test('blocks never overlap, keep their bytes, and all memory comes back', () => {
  fc.assert(
    fc.property(fc.array(step, { maxLength: 400 }), (steps) => {
      const arena = new Arena(4 * 1024 * 1024);
      const blocks: { at: number; bytes: number; mark: number }[] = [];
      let mark = 0;
      for (const s of steps) {
        if ('alloc' in s) {
          const at = arena.alloc(s.alloc);
          if (at === 0) continue;
          assert.equal(at % 8, 0);
          assert.ok(arena.capacity(at) >= s.alloc);
          mark = (mark + 1) % 251;
          arena.u8.fill(mark, at, at + s.alloc);
          blocks.push({ at, bytes: s.alloc, mark });
        } else if (blocks.length > 0) {
          const [block] = blocks.splice(s.free % blocks.length, 1);
          arena.free(block!.at);
        }
        assert.ok(arena.usedBytes <= arena.limitBytes);
      }
      for (const { at, bytes, mark: m } of blocks) {
        for (let i = 0; i < bytes; i++)
          if (arena.u8[at + i] !== m) assert.fail(`block ${at} was overwritten`);
      }
      for (const { at } of blocks) arena.free(at);
      assert.equal(arena.usedBytes, 0);
      assert.equal(arena.liveBytes, 0);
    }),
    { numRuns: runs(200) },
  );
});

test('the limit counts whole units and can be lowered and raised, up to what was set aside', () => {
  const arena = new Arena(8 * 1024 * 1024);
  arena.setLimit(1024 * 1024);
  let got = 0;
  while (arena.alloc(1000) !== 0) got += 1;
  assert.ok(got > 900);
  assert.ok(arena.usedBytes <= 1024 * 1024);
  arena.setLimit(2 ** 40);
  assert.equal(arena.limitBytes, arena.capacityBytes);
  assert.notEqual(arena.alloc(1000), 0);
});

test('a reserve keeps ordinary blocks out and lets others in', () => {
  const arena = new Arena(2 * 1024 * 1024);
  while (arena.alloc(4000, 256 * 1024) !== 0);
  assert.equal(arena.alloc(4000, 256 * 1024), 0);
  assert.notEqual(arena.alloc(4000), 0);
});

test('slack goes beyond the limit by a sixteenth, and only while it is allowed', () => {
  const arena = new Arena(1024 * 1024);
  const fill = (): number => {
    let blocks = 0;
    while (arena.alloc(4000) !== 0) blocks += 1;
    return blocks;
  };
  fill();
  arena.allowSlack(true);
  const more = fill();
  assert.ok(more > 10 && more <= 17, String(more));
  arena.allowSlack(false);
  assert.equal(arena.alloc(4000), 0);
  assert.equal(arena.capacityBytes, 1024 * 1024);
});
