import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { Arena } from '../../src/store/arena.ts';
import { Entries, EntryType } from '../../src/store/entry.ts';
import { KeyHash } from '../../src/store/hash.ts';
import { Table } from '../../src/store/table.ts';
import { runs } from '../runs.ts';

class Fixture {
  readonly arena: Arena;
  readonly entries: Entries;
  readonly hash = new KeyHash(7, 9);
  readonly table: Table;

  constructor(bytes = 16 * 1024 * 1024) {
    this.arena = new Arena(bytes);
    this.entries = new Entries(this.arena);
    this.table = new Table(this.arena, this.entries, this.hash);
  }

  hashOf(key: Buffer): number {
    return this.hash.of(key, 0, key.length);
  }

  has(key: Buffer): boolean {
    return this.table.find(this.hashOf(key), key, 0, key.length) !== 0;
  }

  /** False where there is no memory. */
  add(key: Buffer): boolean {
    if (this.has(key)) return true;
    if (!this.table.reserve(this.hashOf(key), 0)) return false;
    const at = this.arena.alloc(this.entries.size(key.length, 0, false));
    if (at === 0) return false;
    this.entries.init(at, EntryType.string, 0, key.length, 0, false, 1, 0, 1, 0);
    this.arena.u8.set(key, this.entries.keyOffset(at));
    this.table.insert(this.hashOf(key), at);
    return true;
  }

  remove(key: Buffer): void {
    const slot = this.table.find(this.hashOf(key), key, 0, key.length);
    if (slot === 0) return;
    const at = this.table.entryAt(slot);
    assert.equal(this.table.slotOf(this.hashOf(key), at), slot);
    this.table.remove(this.hashOf(key), slot);
    assert.equal(this.table.slotOf(this.hashOf(key), at), 0);
    this.arena.free(at);
  }

  keyAt(at: number): string {
    const offset = this.entries.keyOffset(at);
    return Buffer.from(this.arena.u8.slice(offset, offset + this.entries.keyLength(at))).toString();
  }

  scanAll(count: number, between: () => void): string[] {
    const seen: string[] = [];
    let cursor = 0;
    do {
      cursor = this.table.scan(cursor, count, (at) => seen.push(this.keyAt(at)));
      between();
    } while (cursor !== 0);
    return seen;
  }
}

const key = (n: number): Buffer => Buffer.from(`key:${n}`);

test('a table holds what was put in and not taken out, however it grows and shrinks', () => {
  const op = fc.oneof(
    fc.record({ add: fc.boolean(), from: fc.nat(3000), count: fc.integer({ min: 1, max: 800 }) }),
    fc.record({ add: fc.boolean(), from: fc.nat(3000), count: fc.constant(1) }),
  );
  fc.assert(
    fc.property(fc.array(op, { maxLength: 25 }), (ops) => {
      const f = new Fixture();
      const model = new Set<number>();
      for (const { add, from, count } of ops) {
        for (let n = from; n < from + count; n++) {
          if (add) {
            f.add(key(n));
            model.add(n);
          } else {
            f.remove(key(n));
            model.delete(n);
          }
        }
        assert.equal(f.table.size, model.size);
      }
      for (let n = 0; n < 3800; n += 7) assert.equal(f.has(key(n)), model.has(n));
      assert.deepEqual(new Set(f.scanAll(10, () => {})), new Set([...model].map((n) => `key:${n}`)));
      while (f.table.drain(3));
      assert.equal(f.arena.usedBytes, 0);
    }),
    { numRuns: runs(60) },
  );
});

test('a scan visits what is there throughout, under growth and shrinkage, in steps of about its count', () => {
  const f = new Fixture();
  for (let n = 0; n < 2000; n++) f.add(key(n));
  let next = 10_000;
  let steps = 0;
  const seen = f.scanAll(10, () => {
    steps += 1;
    for (let i = 0; i < 40; i++) f.add(key(next++));
    for (let i = 0; i < 10; i++) f.remove(key(10_000 + ((next * 7 + i) % (next - 10_000))));
  });
  const all = new Set(seen);
  for (let n = 0; n < 2000; n++) assert.ok(all.has(`key:${n}`), `key:${n} was missed`);
  assert.ok(steps > 100);
});

test('samples are entries of the table', () => {
  const f = new Fixture();
  for (let n = 0; n < 500; n++) f.add(key(n));
  const seen = new Set<string>();
  for (let i = 0; i < 3000; i++) seen.add(f.keyAt(f.table.sample(Math.random)));
  assert.ok(seen.size > 400);
  for (const k of seen) assert.ok(f.has(Buffer.from(k)));
});

test('where there is no memory, reserve says so and nothing has changed', () => {
  const arena = new Arena(1024 * 1024);
  const entries = new Entries(arena);
  const table = new Table(arena, entries, new KeyHash(1, 2));
  while (arena.alloc(8) !== 0);
  assert.equal(table.reserve(123, 0), false);
  assert.equal(table.size, 0);
});

test('a table holds what any table holds, whatever was expected of it, and gives back what was not needed', () => {
  for (const [expected, count] of [
    [10_000, 10_000],
    [10_000_000, 3000],
    [2000, 10_000],
    [50_000, 10],
  ] as const) {
    const f = new Fixture();
    f.table.expect(expected);
    for (let n = 0; n < count; n++) f.add(key(n));
    assert.equal(f.table.size, count);
    assert.equal(new Set(f.scanAll(10, () => {})).size, count);
    f.table.expect(0);
    f.table.trim();
    assert.ok(f.table.segmentBytes < Math.max(20_000, count * 4 * 4), `${f.table.segmentBytes} of ${count}`);
    for (let n = 0; n < count; n++) assert.ok(f.has(key(n)));
    assert.equal(new Set(f.scanAll(10, () => {})).size, count);
    for (let n = 0; n < count; n++) f.remove(key(n));
    assert.equal(f.table.size, 0);
    while (f.table.drain(100));
    assert.equal(f.arena.liveBytes, 0);
  }
});

test('where there is no memory for what is expected, a table grows by what it needs', () => {
  const filled = (expected: number): number => {
    const f = new Fixture(1024 * 1024);
    f.table.expect(expected);
    for (let n = 0; ; n++) if (!f.add(key(n))) return n;
  };
  assert.ok(filled(10_000_000) > filled(0) * 0.6);
});

test('a table follows what it holds down again: its directory, its segments, its samples and its scans', () => {
  const f = new Fixture();
  const count = 60_000;
  for (let round = 0; round < 2; round++) {
    for (let n = 0; n < count; n++) f.add(key(n));
    assert.ok(f.table.directoryBytes >= 512);
    for (let n = 0; n < count; n++) if (n % 1000 !== 7) f.remove(key(n));
    assert.equal(f.table.size, count / 1000);
    assert.ok(f.table.directoryBytes <= 32, `${f.table.directoryBytes}`);
    assert.ok(f.table.segmentBytes <= 4096, `${f.table.segmentBytes}`);
    let steps = 0;
    const seen = f.scanAll(10, () => {
      steps += 1;
    });
    assert.deepEqual(new Set(seen), new Set(Array.from({ length: 60 }, (_, i) => `key:${i * 1000 + 7}`)));
    assert.ok(steps <= 30, `${steps}`);
    let tries = 0;
    for (let i = 0; i < 100; i++) {
      f.table.sample(() => {
        tries += 1;
        return Math.random();
      });
    }
    assert.ok(tries < 100 * 50, `${tries}`);
  }
  for (let n = 0; n < count; n++) f.remove(key(n));
  assert.equal(f.table.directoryBytes, 4);
  assert.equal(f.arena.liveBytes, f.table.segmentBytes);
});

test('a scan visits what is there throughout while segments join under it', () => {
  const f = new Fixture();
  for (let n = 0; n < 20_000; n++) f.add(key(n));
  let next = 0;
  const seen = new Set(
    f.scanAll(10, () => {
      for (let i = 0; i < 60 && next < 20_000; i++, next++) if (next % 100 !== 0) f.remove(key(next));
    }),
  );
  assert.ok(f.table.directoryBytes < 256);
  for (let n = 0; n < 20_000; n += 100) assert.ok(seen.has(`key:${n}`), `key:${n} was missed`);
});

test('without memory to join, removals go on all the same', () => {
  const f = new Fixture(1024 * 1024);
  let count = 0;
  while (f.add(key(count))) count += 1;
  const blocks: number[] = [];
  for (let n = 0; n < count; n++) {
    f.remove(key(n));
    for (let at = f.arena.alloc(64); at !== 0; at = f.arena.alloc(64)) blocks.push(at);
  }
  assert.equal(f.table.size, 0);
  for (const at of blocks) f.arena.free(at);
  for (let n = 0; n < 1000; n++) assert.ok(f.add(key(n)));
  for (let n = 0; n < 1000; n++) assert.ok(f.has(key(n)));
});
