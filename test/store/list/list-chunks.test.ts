import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { Arena } from '../../../src/store/arena.ts';
import { Chunks, chunkHeaderBytes } from '../../../src/store/list/chunk.ts';
import { Element } from '../../../src/store/list/element.ts';
import { ListChunks } from '../../../src/store/list/list-chunks.ts';
import { ListValue } from '../../../src/store/list/list-value.ts';
import { type Position, positionBetween, rankAfter, rankBefore } from '../../../src/store/list/position.ts';
import { pseudoRandom } from '../../pseudo-random.ts';
import { runs } from '../../runs.ts';

interface Known {
  readonly stamp: number;
  readonly origin: number;
  readonly position: Position;
  value: string;
  dot: { stamp: number; origin: number } | undefined;
}

const noBytes = new Uint8Array(0);

/** A list of chunks beside the array that it should be. */
class Pair {
  readonly arena: Arena;
  readonly chunks: Chunks;
  readonly list: ListChunks;
  readonly model: Known[] = [];
  readonly e = new Element();
  private stamp = 2 ** 41 + 12345;

  constructor(memoryBytes = 16 * 1024 * 1024) {
    this.arena = new Arena(memoryBytes);
    this.chunks = new Chunks(this.arena);
    const ground = { arena: this.arena, reserveBytes: 0, starved: false, tombBytes: 0 };
    this.list = new ListChunks(this.chunks, ground, (a, b) => a - b);
  }

  readonly random = pseudoRandom(1);

  make(origin: number, gap: number, position: Position, value: string): Known {
    this.stamp += gap;
    return { stamp: this.stamp, origin, position, value, dot: undefined };
  }

  load(k: Known): Element {
    const { e } = this;
    e.place.hi = Math.floor(k.stamp / 2 ** 32);
    e.place.lo = (k.stamp % 2 ** 32) | 0;
    e.place.origin = k.origin;
    e.place.rank = k.position.rank;
    e.extension = k.position.extension;
    e.extensionOffset = 0;
    e.extensionLength = k.position.extension.length;
    e.dotOrigin = k.dot?.origin ?? 0;
    e.dotHi = Math.floor((k.dot?.stamp ?? 0) / 2 ** 32);
    e.dotLo = ((k.dot?.stamp ?? 0) % 2 ** 32) | 0;
    e.bytes = Buffer.from(k.value, 'latin1');
    e.offset = 0;
    e.length = e.bytes.length;
    return e;
  }

  push(origin: number, gap: number, value: string): void {
    const last = this.model.at(-1)?.position.rank;
    const rank = last === undefined ? origin : rankAfter(last, origin)!;
    const known = this.make(origin, gap, { rank, extension: noBytes }, value);
    this.model.push(known);
    assert.ok(this.list.pushLast(this.load(known)));
  }

  pushFirst(origin: number, gap: number, value: string): void {
    const first = this.model[0]?.position.rank;
    const rank = first === undefined ? origin : rankBefore(first, origin)!;
    const known = this.make(origin, gap, { rank, extension: noBytes }, value);
    this.model.unshift(known);
    assert.ok(this.list.pushFirst(this.load(known)));
  }

  insert(index: number, origin: number, value: string): void {
    const [before, behind] = [this.model[index - 1]?.position, this.model[index]?.position];
    const known = this.make(origin, 1, positionBetween(before, behind, this.random), value);
    this.model.splice(index, 0, known);
    this.list.locate(index);
    assert.ok(this.list.insertHere(this.load(known)));
  }

  remove(index: number): void {
    this.model.splice(index, 1);
    this.list.locate(index);
    assert.ok(this.list.removeHere());
  }

  rewrite(index: number, origin: number, value: string): void {
    const known = this.model[index]!;
    known.value = value;
    known.dot = { stamp: ++this.stamp, origin };
    this.list.locate(index);
    assert.ok(this.list.rewriteHere(this.load(known)));
  }

  read(): Known[] {
    const out: Known[] = [];
    const value = new ListValue();
    const { chunks } = this;
    for (let i = 0; i < this.list.size; i++) {
      const chunk = this.list.chunkAt(i);
      assert.equal(this.list.countAt(i), chunks.countOf(chunk));
      chunks.open(chunk);
      while (chunks.next()) {
        value.read(this.arena.u8, chunks.value);
        const { place } = chunks;
        out.push({
          stamp: place.hi * 2 ** 32 + (place.lo >>> 0),
          origin: place.origin,
          position: {
            rank: place.rank,
            extension: this.arena.u8.slice(
              chunks.extensionOffset,
              chunks.extensionOffset + chunks.extensionLength,
            ),
          },
          value: Buffer.from(value.bytes.subarray(value.offset, value.offset + value.length)).toString(
            'latin1',
          ),
          dot:
            chunks.dotOrigin === 0
              ? undefined
              : { stamp: chunks.dotHi * 2 ** 32 + (chunks.dotLo >>> 0), origin: chunks.dotOrigin },
        });
      }
      chunks.last(chunk, place0);
      const last = out.at(-1)!;
      assert.deepEqual(
        [place0.hi * 2 ** 32 + (place0.lo >>> 0), place0.origin, place0.rank],
        [last.stamp, last.origin, last.position.rank],
      );
    }
    return out;
  }

  check(): void {
    const read = this.read().map((k) => ({
      ...k,
      position: { ...k.position, extension: [...k.position.extension] },
    }));
    const model = this.model.map((k) => ({
      ...k,
      position: { ...k.position, extension: [...k.position.extension] },
    }));
    assert.deepEqual(read, model);
    assert.equal(this.list.count, model.length);
  }

  /** Every element is found by index and by position. */
  checkFinding(indexes: readonly number[]): void {
    const value = new ListValue();
    for (const pick of indexes) {
      if (this.model.length === 0) return;
      const index = pick % this.model.length;
      this.list.locate(index);
      const [ordinal, k] = [this.list.ordinal, this.list.k];
      const at = this.chunks.elementAt(this.list.chunkAt(ordinal), k);
      value.read(this.arena.u8, this.chunks.valueAt(at));
      const text = Buffer.from(value.bytes.subarray(value.offset, value.offset + value.length)).toString(
        'latin1',
      );
      assert.equal(text, this.model[index]!.value);
      assert.ok(this.list.find(this.load(this.model[index]!)));
      assert.deepEqual([this.list.ordinal, this.list.k], [ordinal, k]);
    }
  }
}

const place0 = new Element().place;

const origin = fc.constantFrom(1, 1, 1, 2, 300);
const gap = fc.constantFrom(1, 1, 1, 1, 2, 4096, 5e9);
const value = fc.oneof(
  { weight: 6, arbitrary: fc.integer({ min: -10, max: 300 }).map(String) },
  { weight: 6, arbitrary: fc.string({ maxLength: 12 }) },
  { weight: 2, arbitrary: fc.nat(900).map((n) => 'v'.repeat(n)) },
  { weight: 1, arbitrary: fc.nat(9000).map((n) => 'w'.repeat(n)) },
);
const many = fc.constantFrom(1, 1, 1, 1, 3, 40, 700);

type Op = (pair: Pair) => void;
const op: fc.Arbitrary<Op> = fc.oneof(
  fc.tuple(origin, gap, value, many).map(
    ([o, g, v, n]): Op =>
      (p) => {
        for (let i = 0; i < n; i++) p.push(o, g, n > 1 && v.length > 20 ? 'x' : v);
      },
  ),
  fc.tuple(origin, gap, value, many).map(
    ([o, g, v, n]): Op =>
      (p) => {
        for (let i = 0; i < n; i++) p.pushFirst(o, g, n > 1 && v.length > 20 ? 'y' : v);
      },
  ),
  fc.tuple(fc.nat(), origin, value, many).map(
    ([at, o, v, n]): Op =>
      (p) => {
        const index = at % (p.model.length + 1);
        for (let i = 0; i < Math.min(n, 40); i++) p.insert(index, o, v);
      },
  ),
  fc.tuple(fc.nat(), many).map(
    ([at, n]): Op =>
      (p) => {
        for (let i = 0; i < n && p.model.length > 0; i++) p.remove(at % p.model.length);
      },
  ),
  fc.tuple(fc.nat(), fc.nat(), many).map(
    ([at, stride, n]): Op =>
      (p) => {
        for (let i = 0; i < n && p.model.length > 0; i++) p.remove((at + i * (stride % 5)) % p.model.length);
      },
  ),
  fc.tuple(fc.nat(), origin, value).map(
    ([at, o, v]): Op =>
      (p) => {
        if (p.model.length > 0) p.rewrite(at % p.model.length, o, v);
      },
  ),
  many.map(
    (n): Op =>
      (p) => {
        const count = Math.min(n, p.model.length);
        p.model.splice(0, count);
        p.list.removeFirsts(count);
      },
  ),
  many.map(
    (n): Op =>
      (p) => {
        const count = Math.min(n, p.model.length);
        p.model.splice(p.model.length - count);
        p.list.removeLasts(count);
      },
  ),
  many.map(
    (n): Op =>
      (p) => {
        for (let i = 0; i < n && p.model.length > 0; i++) {
          p.list.removeLast();
          p.model.pop();
          if (i % 3 === 2) p.pushFirst(1, 1, 'r');
        }
      },
  ),
);

test('any history leaves what an array would hold, ids, positions and dots included', () => {
  fc.assert(
    fc.property(fc.array(op, { maxLength: 40 }), fc.array(fc.nat(), { maxLength: 20 }), (ops, picks) => {
      const pair = new Pair();
      for (const run of ops) {
        run(pair);
        pair.checkFinding(picks.slice(0, 3));
      }
      pair.check();
      pair.checkFinding(picks);
      pair.list.free();
      assert.equal(pair.arena.liveBytes, 0);
    }),
    { numRuns: runs(120) },
  );
});

test('elements inserted by position land where they belong', () => {
  fc.assert(
    fc.property(
      fc.array(fc.tuple(fc.nat(), origin, value), { maxLength: 200 }),
      fc.nat(),
      (items, shuffle) => {
        const pair = new Pair();
        for (const [at, o, v] of items) pair.insert(at % (pair.model.length + 1), o, v);
        const other = new Pair();
        const random = pseudoRandom(shuffle);
        const rest = [...pair.model];
        while (rest.length > 0) {
          const [known] = rest.splice(Math.floor(random() * rest.length), 1);
          assert.ok(!other.list.find(other.load(known!)));
          assert.ok(other.list.insertHere(other.load(known!)));
          assert.ok(other.list.find(other.load(known!)));
        }
        assert.deepEqual(other.read(), pair.read());
      },
    ),
    { numRuns: runs(50) },
  );
});

test('pushes cost the value and one byte, or less', () => {
  for (const [left, text, bytes] of [
    [false, 'xxx', 4.2],
    [true, 'xxx', 4.2],
    [false, '7', 1.2],
    [true, 'element:123456', 15.4],
  ] as const) {
    const pair = new Pair(64 * 1024 * 1024);
    const n = 200_000;
    for (let i = 0; i < n; i++) {
      if (left) pair.pushFirst(1, 1, text);
      else pair.push(1, 1, text);
      pair.model.length = 1;
      pair.model[0] = {
        ...pair.model[0]!,
        position: { rank: (left ? -1 : 1) * (i + 1) * 65536 + 1, extension: noBytes },
      };
    }
    const each = pair.list.blockBytes() / n;
    assert.ok(each <= bytes, `${text}: ${each} bytes`);
  }
});

test('a chunk that cannot grow says so and stays as it was', () => {
  const arena = new Arena(1024 * 1024);
  const chunks = new Chunks(arena);
  const chunk = arena.alloc(256);
  chunks.init(chunk, arena.capacity(chunk));
  const list = new ListChunks(
    chunks,
    { arena, reserveBytes: 0, starved: false, tombBytes: 0 },
    (a, b) => a - b,
  );
  list.fix(chunk);
  const e = new Element();
  e.place.origin = 1;
  e.bytes = Buffer.from('twelve bytes');
  e.length = e.bytes.length;
  let count = 0;
  while (list.pushLast(e)) {
    count += 1;
    e.place.advance(1, 1);
  }
  assert.ok(count > 8 && 256 - chunkHeaderBytes - count * 13 < 48);
  assert.equal(list.count, count);
  assert.equal(chunks.countOf(chunk), count);
});

test('blocks can be moved', () => {
  const pair = new Pair();
  for (let i = 0; i < 5000; i++) pair.push(1, 1, `value ${i}`);
  const { arena, list } = pair;
  const from = list.chunkAt(2);
  const to = arena.alloc(arena.capacity(from));
  arena.u8.copyWithin(to, from, from + arena.capacity(from));
  assert.ok(list.moveBlock(from, to));
  arena.free(from);
  assert.ok(!list.moveBlock(from, to));
  pair.check();
});

test('of many elements those go that are doomed, and no others, however their chunks are joined meanwhile', () => {
  for (const share of [2, 3, 10, 50]) {
    for (const [from, to] of [
      [Number.MAX_SAFE_INTEGER, 0],
      [9, 3],
    ] as const) {
      const pair = new Pair();
      // What is inserted splits chunks and leaves room in them, so that they can be joined.
      for (let i = 0; i < 1500; i++) pair.push(i % share === 0 ? 1 : 2, 1, `n${i}`);
      for (let i = 0; i < 1500; i++) {
        const at = 1 + Math.floor(pair.random() * (pair.model.length - 1));
        pair.insert(at, i % share === 0 ? 1 : 2, `n${i}`);
      }
      const { list, chunks, model } = pair;
      const inside = new Set<number>();
      let count = 0;
      for (let i = 0; i < list.size; i++) {
        for (let k = 0; k < list.countAt(i); k++) if (i <= from && i >= to) inside.add(count + k);
        count += list.countAt(i);
      }
      const left = model.filter(({ origin }, i) => origin === 1 || !inside.has(i));
      assert.ok(list.removeWhere(() => chunks.place.origin === 2, from, to));
      model.splice(0, model.length, ...left);
      pair.check();
    }
  }
});
