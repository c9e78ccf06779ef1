import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { stampFrom, stampHi, stampLo, stampMax } from '../../src/base/clock.ts';
import { BatchReader } from '../../src/delta/batch-reader.ts';
import { BatchWriter } from '../../src/delta/batch-writer.ts';
import { DeltaFlag, DeltaKind } from '../../src/delta/kinds.ts';
import { Origins } from '../../src/delta/origins.ts';

const stamps = fc.integer({ min: 0, max: stampMax });
const bytes = fc.uint8Array({ maxLength: 80 });
const origin = fc.integer({ min: 1, max: 5 });
const db = fc.integer({ min: 0, max: 15 });
const sum = fc.oneof(
  fc.bigInt({ min: -(2n ** 63n), max: 2n ** 63n - 1n }),
  fc.integer({ min: -1000, max: 1000 }).map(BigInt),
);
const record = fc.record({
  origin,
  stamp: stamps,
  run: stamps,
  sum: fc.oneof(sum, fc.constantFrom('1.5', '-0.25', '12345678901234567890.125')),
  eventOrigin: origin,
  eventStamp: stamps,
});
const delta = fc.oneof(
  fc.record({
    kind: fc.constant('put' as const),
    db,
    key: bytes,
    origin,
    stamp: stamps,
    value: bytes,
    stated: fc.boolean(),
    deadline: fc.constantFrom(0, 1, 1_900_000_000_000),
    base: fc.option(fc.record({ origin, stamp: stamps }), { nil: undefined }),
    records: fc.array(record, { maxLength: 3 }),
  }),
  fc.record({ kind: fc.constant('count' as const), db, key: bytes, origin, stamp: stamps, run: stamps, sum }),
  fc.record({
    kind: fc.constant('clear' as const),
    db,
    key: bytes,
    origin,
    stamp: stamps,
    kill: fc.record({ origin, stamp: stamps }),
    records: fc.array(record, { maxLength: 3 }),
  }),
  fc.record({ kind: fc.constant('frontier' as const), origin, stamp: stamps, tag: fc.nat() }),
);

function origins(prefix: number): Origins {
  const table = new Origins();
  for (let i = 0; i < prefix; i++) table.intern(`other-${i}/00000000`);
  for (let i = 1; i <= 5; i++) table.intern(`n${i}/0000000${i}`);
  return table;
}

test('what is written is what is read, also by who looks ahead, and with other local origin indexes', () => {
  fc.assert(
    fc.property(fc.array(delta, { maxLength: 30 }), (deltas) => {
      const from = origins(0);
      const writer = new BatchWriter(from, 256);
      for (const d of deltas) {
        const hi = stampHi(d.stamp);
        const lo = stampLo(d.stamp);
        if (d.kind === 'frontier') {
          writer.frontier(d.origin, d.stamp, d.tag);
          continue;
        }
        const k = d.key;
        if (d.kind === 'put') {
          const base = d.base ?? { origin: 0, stamp: 0 };
          const at = writer.pos;
          writer.put(
            d.db,
            k,
            0,
            k.length,
            d.origin,
            hi,
            lo,
            d.value,
            0,
            d.value.length,
            d.stated,
            d.deadline,
            base.origin,
            stampHi(base.stamp),
            stampLo(base.stamp),
          );
          if (d.records.length > 0) writer.records(at, d.records);
        } else if (d.kind === 'count') {
          const sumHi = Number(d.sum >> 32n);
          const sumLo = Number(BigInt.asIntN(32, d.sum));
          writer.count64(
            d.db,
            k,
            0,
            k.length,
            d.origin,
            hi,
            lo,
            stampHi(d.run),
            stampLo(d.run),
            sumHi,
            sumLo,
          );
        } else {
          const kill = d.kill;
          const at = writer.clear(
            d.db,
            k,
            0,
            k.length,
            d.origin,
            hi,
            lo,
            kill.origin,
            stampHi(kill.stamp),
            stampLo(kill.stamp),
            (d.stamp % 7) - 1,
          );
          if (d.records.length > 0) writer.records(at, d.records);
        }
      }
      const to = origins(3);
      const name = (index: number): string => to.name(index);
      const reader = new BatchReader(to);
      assert.equal(reader.verify(writer.buf, 0, writer.pos), deltas.length);
      reader.open(writer.buf, 0, writer.pos);
      for (const [i, d] of deltas.entries()) {
        assert.ok(reader.next());
        assert.equal(name(reader.origin), from.name(d.origin));
        assert.equal(reader.stamp, d.stamp);
        const ahead = reader.ahead();
        for (const later of deltas.slice(i + 1, i + 1 + (d.stamp % 9))) {
          assert.ok(ahead.next());
          assert.equal(name(ahead.origin), from.name(later.origin));
          assert.equal(ahead.stamp, later.stamp);
        }
        if (d.kind === 'frontier') {
          assert.equal(reader.tag, d.tag);
          continue;
        }
        assert.equal(reader.db, d.db);
        assert.deepEqual(
          Buffer.from(d.key),
          Buffer.from(reader.buf.subarray(reader.keyOffset, reader.keyOffset + reader.keyLength)),
        );
        if (d.kind === 'put') {
          assert.equal(reader.has(DeltaFlag.expiryStated), d.stated);
          assert.equal(reader.deadlineMs, d.deadline);
          assert.equal(name(reader.baseOrigin), d.base === undefined ? '' : from.name(d.base.origin));
          if (d.base !== undefined) assert.equal(stampFrom(reader.baseHi, reader.baseLo), d.base.stamp);
          const value = reader.buf.subarray(reader.valueOffset, reader.valueOffset + reader.valueLength);
          assert.deepEqual(Buffer.from(d.value), Buffer.from(value));
        } else if (d.kind === 'count') {
          assert.equal(stampFrom(reader.runHi, reader.runLo), d.run);
          assert.equal((BigInt(reader.sumHi) << 32n) | BigInt(reader.sumLo >>> 0), d.sum);
        } else {
          assert.equal(stampFrom(reader.baseHi, reader.baseLo), d.kill.stamp);
        }
        if (d.kind !== 'count') {
          assert.deepEqual(
            reader.records.map((r) => ({ ...r, origin: name(r.origin), eventOrigin: name(r.eventOrigin) })),
            d.records.map((r) => ({
              ...r,
              origin: from.name(r.origin),
              eventOrigin: from.name(r.eventOrigin),
            })),
          );
        }
      }
      assert.equal(reader.next(), false);
    }),
  );
});

test('hostile bytes end in a FerriteError, never in anything else', () => {
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 200 }), (raw) => {
      const reader = new BatchReader(origins(0));
      try {
        reader.verify(Buffer.from(raw), 0, raw.length);
      } catch (error) {
        assert.match(String(error), /FerriteError: malformed/);
      }
    }),
  );
});

test('one small SET costs at most 30 bytes in a batch', () => {
  const table = origins(0);
  const writer = new BatchWriter(table);
  const key = Buffer.from('sensor:1');
  const value = Buffer.from('22.5');
  const stamp = 400_000_000_000_000;
  const write = (n: number, k: Buffer): void =>
    writer.put(0, k, 0, k.length, 1, stampHi(stamp + n), stampLo(stamp + n), value, 0, 4, true, 0, 0, 0, 0);
  write(0, Buffer.from('sensor:0'));
  const before = writer.pos;
  write(4096 * 1000, key);
  assert.ok(writer.pos - before <= 30, `${writer.pos - before} bytes`);
  assert.equal(DeltaKind.put, 1);
});
