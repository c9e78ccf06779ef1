import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { Arena } from '../../src/store/arena.ts';
import { Entries } from '../../src/store/entry.ts';
import { OrderIndex, Ties } from '../../src/store/order-index.ts';
import { OrderNodes } from '../../src/store/order-nodes.ts';
import { runs } from '../runs.ts';

interface Element {
  readonly score: number;
  readonly member: string;
  readonly ref: number;
}

/** An index beside the sorted array that it must agree with. */
class Pair {
  readonly arena: Arena;
  readonly entries: Entries;
  readonly nodes: OrderNodes;
  readonly index: OrderIndex;
  model: Element[] = [];
  private readonly used = new Map<string, number>();

  constructor(memoryBytes = 8 * 1024 * 1024) {
    this.arena = new Arena(memoryBytes);
    this.entries = new Entries(this.arena);
    this.nodes = new OrderNodes(this.arena);
    this.index = new OrderIndex(this.arena, this.entries, this.nodes);
  }

  write(score: number, member: string): number {
    const key = Buffer.from(member, 'latin1');
    const at = this.arena.alloc(this.entries.size(key.length, 8, false));
    assert.notEqual(at, 0);
    this.entries.init(at, 0, 0, key.length, 8, false, 1, 0, 1, 0);
    this.arena.u8.set(key, this.entries.keyOffset(at));
    Buffer.from(this.arena.buffer).writeDoubleLE(score, this.entries.valueOffset(at));
    return at;
  }

  private placeOf(score: number, member: string): number {
    let low = 0;
    let high = this.model.length;
    while (low < high) {
      const middle = (low + high) >> 1;
      const e = this.model[middle]!;
      const before =
        e.score < score || (e.score === score && Buffer.compare(bytes(e.member), bytes(member)) < 0);
      if (before) low = middle + 1;
      else high = middle;
    }
    return low;
  }

  add(score: number, member: string): void {
    const old = this.used.get(member);
    if (old !== undefined) this.take(old, member);
    const ref = this.write(score, member);
    assert.ok(this.nodes.reserve(0));
    this.index.insert(ref);
    this.model.splice(this.placeOf(score, member), 0, { score, member, ref });
    this.used.set(member, score);
  }

  remove(member: string): void {
    const score = this.used.get(member);
    if (score !== undefined) this.take(score, member);
    else assert.equal(this.index.remove(1, bytes(member), 0, member.length), 0);
  }

  private take(score: number, member: string): void {
    const rank = this.placeOf(score, member);
    const [gone] = this.model.splice(rank, 1);
    if (rank % 2 === 0) this.index.removeAt(rank);
    else assert.equal(this.index.remove(score, bytes(member), 0, member.length), gone!.ref);
    this.arena.free(gone!.ref);
    this.used.delete(member);
  }

  check(): void {
    const { index, model } = this;
    assert.equal(index.size, model.length);
    index.seekRank(0);
    for (const e of model) assert.equal(index.next(), e.ref);
    assert.equal(index.next(), 0);
    index.seekRank(model.length);
    for (let i = model.length - 1; i >= 0; i--) assert.equal(index.previous(), model[i]!.ref);
    assert.equal(index.previous(), 0);
    for (let i = 0; i < model.length; i += 1 + (i % 13)) {
      const { score, member, ref } = model[i]!;
      assert.equal(index.at(i), ref);
      assert.equal(index.rankOf(score, bytes(member), 0, member.length), i);
    }
  }

  checkBounds(score: number, member: string): void {
    const { index, model } = this;
    const count = (test: (e: Element) => boolean): number => model.filter(test).length;
    const key = bytes(member);
    assert.equal(
      index.seekScore(score, Ties.none),
      count((e) => e.score < score),
    );
    const after = index.seekScore(score, Ties.all);
    assert.equal(
      after,
      count((e) => e.score <= score),
    );
    assert.equal(index.next(), model[after]?.ref ?? 0);
    const lesser = (e: Element): boolean => Buffer.compare(bytes(e.member), key) < 0;
    const upTo = (e: Element): boolean => Buffer.compare(bytes(e.member), key) <= 0;
    assert.equal(
      index.seek(score, Ties.lesser, key, 0, key.length),
      count((e) => e.score < score || (e.score === score && lesser(e))),
    );
    const next = index.seek(score, Ties.upTo, key, 0, key.length);
    assert.equal(
      next,
      count((e) => e.score < score || (e.score === score && upTo(e))),
    );
    assert.equal(index.previous(), model[next - 1]?.ref ?? 0);
  }
}

function bytes(text: string): Buffer {
  return Buffer.from(text, 'latin1');
}

const memberOf = (n: number): string => `m${n % 7}:${n}`;
const scoreOf = fc.oneof(
  fc.constantFrom(0, 1, -1, 1700000000123, 1e300, Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY, 0.1),
  fc.integer({ min: -50, max: 50 }),
);

const op = fc.oneof(
  fc.record({
    op: fc.constant('add' as const),
    from: fc.nat(600),
    count: fc.nat(200),
    score: scoreOf,
    step: fc.nat(2),
  }),
  fc.record({
    op: fc.constant('remove' as const),
    from: fc.nat(600),
    count: fc.nat(250),
    score: scoreOf,
    step: fc.nat(2),
  }),
);

test('an index agrees with a sorted array, whatever is added and removed', () => {
  fc.assert(
    fc.property(fc.array(op, { maxLength: 14 }), fc.integer({ min: 1, max: 5 }), (ops, stride) => {
      const pair = new Pair();
      for (const { op: what, from, count, score, step } of ops) {
        for (let i = 0; i < count; i++) {
          const n = (from + i * stride) % 1000;
          if (what === 'remove') pair.remove(memberOf(n));
          else pair.add(Number.isFinite(score) ? score + ((i * step * 7919) % 97) : score, memberOf(n));
        }
        pair.check();
        pair.checkBounds(score, memberOf(from));
      }
      while (pair.index.freeSlice(3));
      for (const { ref } of pair.model) pair.arena.free(ref);
      assert.equal(pair.arena.usedBytes, 0);
    }),
    { numRuns: runs(150) },
  );
});

test('rising, falling and mixed orders grow over several levels and shrink to nothing', () => {
  const orders: ((i: number) => number)[] = [(i) => i, (i) => -i, (i) => (i * 7919) % 20_011, () => 1];
  for (const order of orders) {
    const pair = new Pair(16 * 1024 * 1024);
    for (let i = 0; i < 8000; i++) pair.add(order(i), `member:${i}`);
    pair.check();
    pair.checkBounds(order(4000), 'member:4000');
    for (let i = 0; i < 8000; i++) pair.remove(`member:${(i * 5003) % 8000}`);
    assert.equal(pair.index.size, 0);
    assert.equal(pair.arena.usedBytes, 0);
  }
});

test('an element costs about eleven bytes', () => {
  const pair = new Pair(16 * 1024 * 1024);
  const refs = Array.from({ length: 20_000 }, (_, i) => pair.write((i * 7919) % 20_011, `member:${i}`));
  const before = pair.arena.liveBytes;
  for (const ref of refs) {
    assert.ok(pair.nodes.reserve(0));
    pair.index.insert(ref);
  }
  const each = (pair.arena.liveBytes - before) / refs.length;
  assert.ok(each < 11.5, `${each}`);
});

test('a lexical bound goes by members alone', () => {
  const pair = new Pair();
  for (let i = 0; i < 500; i++) pair.add(0, String.fromCharCode(97 + (i % 26)) + i);
  const rank = pair.index.seek(Number.NaN, Ties.lesser, bytes('k'), 0, 1);
  assert.equal(pair.model[rank]!.member[0], 'k');
  assert.equal(pair.model[rank - 1]!.member[0], 'j');
  const { member } = pair.model[rank]!;
  assert.equal(pair.index.seek(Number.NaN, Ties.upTo, bytes(member), 0, member.length), rank + 1);
  assert.equal(pair.index.seek(Number.NaN, Ties.lesser, bytes(member), 0, member.length), rank);
});

test('a new score that keeps the place needs no move', () => {
  const pair = new Pair();
  for (let i = 0; i < 300; i++) pair.add(i * 10, `m${i}`);
  const view = new DataView(pair.arena.buffer);
  for (let i = 0; i < 300; i++) {
    const { ref, score } = pair.model[i]!;
    assert.equal(pair.index.keepsPlace(ref, score, score + (i < 299 ? 10.5 : 1e9)), i === 299);
    assert.equal(pair.index.keepsPlace(ref, score, score - (i > 0 ? 10.5 : 1e9)), i === 0);
    assert.ok(pair.index.keepsPlace(ref, score, score + 3));
    view.setFloat64(pair.entries.valueOffset(ref), score + 3, true);
    pair.index.rescored(ref);
    pair.model[i] = { ...pair.model[i]!, score: score + 3 };
  }
  pair.check();
  for (let i = 0; i < 300; i++) pair.checkBounds(i * 10 + 3, `m${i}`);
});

test('entries and nodes may move to other blocks', () => {
  const pair = new Pair();
  const { arena, index, nodes, entries } = pair;
  for (let i = 0; i < 5000; i++) pair.add((i * 7919) % 997, `m${i}`);
  pair.model = pair.model.map((e) => {
    const to = arena.alloc(entries.size(e.member.length, 8, false));
    arena.u8.copyWithin(to, e.ref, e.ref + arena.capacity(e.ref));
    assert.ok(index.replace(e.ref, to));
    assert.ok(!index.replace(e.ref, to));
    arena.free(e.ref);
    return { ...e, ref: to };
  });
  pair.check();
  let moved = 0;
  for (const bytesOfNode of [512, 1024]) {
    const taken = new Set(pair.model.map((e) => e.ref));
    for (let at = arena.unitBytes; at < arena.usedBytes; at += bytesOfNode) {
      if (taken.has(at) || arena.capacity(at) !== bytesOfNode) continue;
      const to = arena.alloc(bytesOfNode);
      arena.u8.copyWithin(to, at, at + bytesOfNode);
      if (nodes.moveBlock(at, to)) {
        moved += 1;
        taken.add(to);
        arena.free(at);
        arena.u8.fill(255, at + 4, at + bytesOfNode);
      } else arena.free(to);
    }
  }
  assert.ok(moved > 80, `${moved}`);
  pair.check();
  for (let i = 0; i < 5000; i++) pair.remove(`m${i}`);
  assert.equal(arena.usedBytes, 0);
});

test('without memory nothing is reserved, and what was reserved is enough', () => {
  const pair = new Pair(512 * 1024);
  const { arena, index, nodes } = pair;
  const refs = Array.from({ length: 4000 }, (_, i) => pair.write((i * 7919) % 4001, `m${i}`));
  const unitsFree = 8;
  while (arena.usedBytes < arena.limitBytes - unitsFree * arena.unitBytes) {
    assert.notEqual(arena.alloc(arena.unitBytes * 4 + 1), 0);
  }
  let inserted = 0;
  while (inserted < refs.length && nodes.reserve(0)) index.insert(refs[inserted++]!);
  assert.ok(inserted > 50 && inserted < 4000, `${inserted}`);
  pair.model = refs.slice(0, inserted).map((ref, i) => ({ ref, score: (i * 7919) % 4001, member: `m${i}` }));
  pair.model.sort((a, b) => a.score - b.score);
  pair.check();
});

test('a reserve is whole although the last index goes, and with it what was reserved, while it is made', () => {
  const { arena, entries, nodes, index } = new Pair(1024 * 1024);
  assert.ok(index.reserve(0));
  const ref = arena.alloc(64);
  entries.init(ref, 0, 0, 1, 8, false, 1, 0, 0, 0);
  index.insert(ref);
  arena.reclaim = () => {
    arena.reclaim = undefined;
    arena.setLimit(arena.capacityBytes);
    index.freeSlice(1);
    return true;
  };
  // Only inner nodes are lacking: the one that is there goes with the last leaf.
  assert.notEqual(nodes.takeInner(1, 1), 0);
  while (nodes.takeLeaf(1) !== 0);
  arena.setLimit(arena.liveBytes + 1100);
  assert.ok(nodes.reserve(0));
  assert.equal(arena.reclaim, undefined);
  assert.notEqual(nodes.takeLeaf(2), 0);
  assert.notEqual(nodes.takeLeaf(2), 0);
});
