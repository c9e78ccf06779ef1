import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import {
  compareRuns,
  integerBytes,
  isPosition,
  type Position,
  positionBetween,
  positionBytesMax,
  rankAfter,
  rankBefore,
  rankStep,
  readInteger,
  writeInteger,
} from '../../../src/store/list/position.ts';
import { pseudoRandom } from '../../pseudo-random.ts';
import { runs } from '../../runs.ts';

const edges = [0, 63, 64, 8255, 8256, 1056831, 1056832, 135274559, 135274560, 1099646902336, 2 ** 50].flatMap(
  (n) => [n - 1, n, n + 1, -n, -n - 1, -n - 2],
);
const integer = fc.oneof(
  fc.constantFrom(...edges),
  fc.integer({ min: -(2 ** 50), max: 2 ** 50 }),
  fc.integer(),
);

function codeOf(...ns: number[]): Buffer {
  const out = Buffer.alloc(8 * ns.length);
  let end = 0;
  for (const n of ns) end = writeInteger(n, out, end);
  return out.subarray(0, end);
}

function compare(a: Position, b: Position): number {
  if (a.rank !== b.rank) return a.rank - b.rank;
  return compareRuns(a.extension, 0, a.extension.length, b.extension, 0, b.extension.length);
}

function bytesOf(p: Position): Buffer {
  return Buffer.concat([codeOf(p.rank), p.extension]);
}

test('codes of integers keep their order and say their own length', () => {
  fc.assert(
    fc.property(integer, integer, (a, b) => {
      const [x, y] = [codeOf(a), codeOf(b)];
      assert.equal(Math.sign(Buffer.compare(x, y)) - Math.sign(a - b), 0);
      assert.equal(integerBytes(x[0]!), x.length);
      assert.equal(readInteger(x, 0) - a, 0);
      assert.ok(isPosition(x, 0, x.length));
    }),
    { numRuns: runs(2000) },
  );
});

test('what is no position is found out', () => {
  assert.ok(!isPosition(Buffer.alloc(0), 0, 0));
  assert.ok(!isPosition(Buffer.from([0xc0]), 0, 1), 'cut short');
  assert.ok(!isPosition(Buffer.from([0xff, 1, 1, 1, 1, 1, 1, 1, 1]), 0, 9), 'no code begins so');
  assert.ok(!isPosition(Buffer.from([0xf9, 255, 255, 255, 255, 255, 255, 255]), 0, 8), 'too large');
  assert.ok(!isPosition(Buffer.alloc(positionBytesMax + 1, 0x80), 0, positionBytesMax + 1), 'too long');
});

test('pushes go on by one step, each pusher at its own residue', () => {
  assert.equal(rankAfter(7, 7), 7 + rankStep);
  assert.equal(rankBefore(7, 7), 7 - rankStep);
  assert.equal(rankAfter(7, 9), 9);
  assert.equal(rankAfter(9, 7), 7 + rankStep);
  assert.equal(rankBefore(7, 9), 9 - rankStep);
  assert.equal(rankBefore(9, 7), 7);
  assert.equal(rankAfter(2 ** 50, 7), undefined);
  assert.equal(rankBefore(-(2 ** 50), 7), undefined);
});

test('there is a position between any two, and before and behind all', () => {
  const picks = fc.array(fc.nat(), { minLength: 1, maxLength: 120 });
  fc.assert(
    fc.property(picks, fc.nat(), (where, seed) => {
      const random = pseudoRandom(seed);
      const list: Position[] = [];
      for (const pick of where) {
        const i = pick % (list.length + 1);
        list.splice(i, 0, positionBetween(list[i - 1], list[i], random));
      }
      for (let i = 1; i < list.length; i++) assert.ok(compare(list[i - 1]!, list[i]!) < 0);
      for (const p of list) {
        const bytes = bytesOf(p);
        assert.ok(isPosition(bytes, 0, bytes.length));
      }
    }),
  );
});

test('a hundred thousand inserts at one place keep positions short', () => {
  for (const side of ['before', 'behind'] as const) {
    const random = pseudoRandom(5);
    const fixed = { rank: 7 + rankStep, extension: new Uint8Array(0) };
    let moving: Position = { rank: 7 + (side === 'before' ? 0 : 2) * rankStep, extension: new Uint8Array(0) };
    let longest = 0;
    for (let i = 0; i < 100_000; i++) {
      moving =
        side === 'before' ? positionBetween(moving, fixed, random) : positionBetween(fixed, moving, random);
      longest = Math.max(longest, bytesOf(moving).length);
    }
    assert.ok(longest <= 24, `${longest} bytes`);
  }
});

test('ends of the integers are not the end of positions', () => {
  const random = pseudoRandom(3);
  let last: Position = { rank: 2 ** 50 - 1, extension: new Uint8Array(0) };
  let first: Position = { rank: -(2 ** 50) + 1, extension: new Uint8Array(0) };
  for (let i = 0; i < 1000; i++) {
    const behind = positionBetween(last, undefined, random);
    const before = positionBetween(undefined, first, random);
    assert.ok(compare(last, behind) < 0);
    assert.ok(compare(before, first) < 0);
    [last, first] = [behind, before];
  }
  assert.ok(bytesOf(last).length < 24 && bytesOf(first).length < 24);
});

test('halving one gap for ever ends with an error, after thousands of inserts', () => {
  const random = pseudoRandom(9);
  let a: Position = { rank: 0, extension: new Uint8Array(0) };
  let b: Position = { rank: rankStep, extension: new Uint8Array(0) };
  let inserts = 0;
  assert.throws(() => {
    for (; inserts < 100_000; inserts++) {
      const middle = positionBetween(a, b, random);
      if (inserts % 2 === 0) a = middle;
      else b = middle;
    }
  }, /too many inserts at one place/);
  assert.ok(inserts > 1500, `after ${inserts}`);
});
