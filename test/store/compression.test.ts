import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Compression, levelMax, packedBytesMax } from '../../src/store/compression.ts';
import { sensorValues } from './sensor-values.ts';

function roundTrip(c: Compression, value: Buffer): number {
  const length = c.pack(value, 0, value.length);
  if (length === 0) return value.length;
  const packed = c.packed.slice(0, length);
  assert.equal(c.plainLength(packed, 0), value.length);
  c.unpack(packed, 0, length);
  assert.ok(value.equals(c.bytes.subarray(c.offset, c.offset + c.length)));
  return length;
}

test('every level gives back what it was given; dictionaries make small values much smaller', () => {
  const values = sensorValues(1000);
  const plain = values.reduce((sum, v) => sum + v.length, 0);
  const ratios: number[] = [];
  for (let level = 1; level <= levelMax; level++) {
    const c = new Compression(() => 0.5);
    c.level = level;
    for (const value of values) roundTrip(c, value);
    ratios.push(plain / values.reduce((sum, v) => sum + roundTrip(c, v), 0));
  }
  assert.ok(ratios[0]! < 1.1, `level 1: ${ratios[0]}`);
  assert.ok(ratios[2]! > 2.7, `level 3: ${ratios[2]}`);
  assert.ok(ratios[8]! > ratios[1]!, `level 9: ${ratios[8]}`);
});

test('off, short, long and random values stay as they are', () => {
  const c = new Compression(() => 0.5);
  const text = Buffer.from('ab'.repeat(500));
  assert.equal(c.pack(text, 0, 1000), 0);
  c.level = 3;
  assert.ok(c.pack(text, 0, 1000) > 0);
  assert.equal(c.pack(text, 0, 63), 0);
  const long = Buffer.alloc(packedBytesMax + 1);
  assert.equal(c.pack(long, 0, long.length), 0);
  assert.ok(c.pack(long, 0, packedBytesMax) > 0);
  const noise = Buffer.from(Uint8Array.from({ length: 300 }, (_, i) => (i * i * 7919) >> 3));
  assert.equal(c.pack(noise, 0, 300), 0);
});

test('a dictionary is replaced only by one that is better, and old values stay readable until a pass has ended', () => {
  const c = new Compression(Math.random);
  c.level = 3;
  const values = sensorValues(300);
  const kept: { value: Buffer; packed: Uint8Array }[] = [];
  for (const value of values) {
    const length = c.pack(value, 0, value.length);
    if (length > 0) kept.push({ value, packed: c.packed.slice(0, length) });
  }
  const first = c.dictionary;
  assert.equal(c.trainings >= 1, true);
  for (let i = 0; i < 4000; i++) {
    const other = Buffer.from(
      `<reading unit="celsius" quality="good"><value>${i * 13}</value><station>${i % 7}</station></reading>`,
    );
    c.pack(other, 0, other.length);
  }
  assert.notEqual(c.dictionary, first);
  for (const { value, packed } of kept) {
    c.unpack(packed, 0, packed.length);
    assert.ok(value.equals(c.bytes.subarray(c.offset, c.offset + c.length)));
  }
  c.endPass();
  assert.throws(
    () => c.unpack(kept.at(-1)!.packed, 0, kept.at(-1)!.packed.length),
    /dictionary that is gone/,
  );
});

test('a packed value that lies about its length costs nothing', () => {
  const c = new Compression(() => 0.5);
  c.level = 1;
  const lie = Uint8Array.of(0, 0xff, 0xff, 0xff, 0x7f, 0x10, 0x61);
  const before = c.heapBytes;
  assert.throws(() => c.unpack(lie, 0, lie.length), /claims more/);
  const length = c.pack(Buffer.from('ab'.repeat(100)), 0, 200);
  const damaged = c.packed.slice(0, length - 1);
  assert.throws(() => c.unpack(damaged, 0, damaged.length), /damaged/);
  assert.ok(c.heapBytes - before < 64 * 1024);
});
