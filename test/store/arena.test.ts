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
  { weight: 1, arbitrary: fc.tuple(fc.nat(1000), size).map(([extend, by]) => ({ extend, by }) as const) },
);

test('blocks never overlap, keep their bytes, and all memory comes back', () => {
  fc.assert(
    fc.property(fc.array(step, { maxLength: 400 }), (steps) => {
      const arena = new Arena(4 * 1024 * 1024);
      const blocks: { at: number; bytes: number; mark: number }[] = [];
      let mark = 0;
      let mostBytes = 0;
      for (const s of steps) {
        if ('alloc' in s) {
          const at = arena.alloc(s.alloc);
          if (at === 0) continue;
          assert.equal(at % 8, 0);
          assert.ok(arena.capacity(at) >= s.alloc);
          mark = (mark + 1) % 251;
          arena.u8.fill(mark, at, at + s.alloc);
          blocks.push({ at, bytes: s.alloc, mark });
        } else if ('extend' in s) {
          const block = blocks[s.extend % Math.max(1, blocks.length)];
          if (block === undefined || !arena.extend(block.at, block.bytes + s.by)) continue;
          block.bytes += s.by;
          assert.ok(arena.capacity(block.at) >= block.bytes);
          arena.u8.fill(block.mark, block.at, block.at + block.bytes);
        } else if (blocks.length > 0) {
          const [block] = blocks.splice(s.free % blocks.length, 1);
          arena.free(block!.at);
        }
        assert.ok(arena.usedBytes <= arena.limitBytes);
        mostBytes = Math.max(mostBytes, arena.usedBytes);
      }
      for (const { at, bytes, mark: m } of blocks) {
        for (let i = 0; i < bytes; i++)
          if (arena.u8[at + i] !== m) assert.fail(`block ${at} was overwritten`);
      }
      for (const { at } of blocks) arena.free(at);
      assert.equal(arena.usedBytes, 0);
      assert.ok(arena.touchedBytes >= mostBytes);
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

test('with slack there is a place for a large block, though what is free lies scattered', () => {
  const arena = new Arena(1024 * 1024);
  const spans: number[] = [];
  for (let at = arena.alloc(5 * arena.unitBytes); at !== 0; at = arena.alloc(5 * arena.unitBytes))
    spans.push(at);
  for (let i = 0; i < spans.length; i += 2) arena.free(spans[i]!);
  const wanted = 8 * arena.unitBytes;
  assert.equal(arena.alloc(wanted), 0);
  arena.allowSlack(true);
  for (let bytes = 0; bytes + wanted < arena.capacityBytes / 2; bytes += wanted) {
    assert.notEqual(arena.alloc(wanted), 0);
  }
  assert.ok(arena.liveBytes <= arena.limitBytes);
  arena.allowSlack(false);
  assert.equal(arena.alloc(wanted), 0);
});

test('a large block grows where it is as far as what is behind it is free', () => {
  const arena = new Arena(1024 * 1024);
  const unit = arena.unitBytes;
  const [a, b] = [arena.alloc(8 * unit), arena.alloc(8 * unit)];
  assert.equal(arena.extend(a, 9 * unit), false);
  arena.free(b);
  assert.equal(arena.extend(a, 12 * unit), true);
  assert.equal(arena.capacity(a), 12 * unit);
  assert.equal(arena.extend(a, 10 * unit), true, 'is so large already');
  assert.equal(arena.usedBytes, 12 * unit);
  assert.equal(arena.alloc(8 * unit), a + 12 * unit);
  assert.equal(arena.extend(arena.alloc(100), 200), false, 'of a slab');
  const limited = new Arena(1024 * 1024);
  const c = limited.alloc(8 * unit);
  limited.setLimit(10 * unit);
  assert.equal(limited.extend(c, 11 * unit), false);
  assert.equal(limited.extend(c, 10 * unit, unit), false);
  assert.equal(limited.extend(c, 10 * unit), true);
});
