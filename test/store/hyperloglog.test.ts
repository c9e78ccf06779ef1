import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import {
  cachedEstimate,
  cacheEstimate,
  denseRegister,
  ElementHash,
  encodeRegisters,
  estimate,
  isDense,
  isHyperLogLog,
  mergeRegisters,
  registerCount,
  setDenseRegister,
} from '../../src/store/hyperloglog.ts';
import { runs } from '../runs.ts';

const m = 0xc6a4a7935bd1e995n;
const mask = (1n << 64n) - 1n;

/** MurmurHash64A by its definition, in big integers. */
function murmur(bytes: Uint8Array): bigint {
  let h = 0xadc83b19n ^ ((BigInt(bytes.length) * m) & mask);
  const whole = bytes.length & ~7;
  const word = (at: number, count: number): bigint => {
    let k = 0n;
    for (let i = count - 1; i >= 0; i--) k = (k << 8n) | BigInt(bytes[at + i]!);
    return k;
  };
  for (let p = 0; p < whole; p += 8) {
    let k = (word(p, 8) * m) & mask;
    k ^= k >> 47n;
    h = ((h ^ ((k * m) & mask)) * m) & mask;
  }
  if (whole < bytes.length) h = ((h ^ word(whole, bytes.length - whole)) * m) & mask;
  h ^= h >> 47n;
  h = (h * m) & mask;
  return h ^ (h >> 47n);
}

test('an element falls where MurmurHash64A says', () => {
  const hash = new ElementHash();
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 40 }), (bytes) => {
      hash.of(bytes, 0, bytes.length);
      const h = murmur(bytes);
      const rest = (h >> 14n) | (1n << 50n);
      let rank = 1;
      while (((rest >> BigInt(rank - 1)) & 1n) === 0n) rank += 1;
      assert.deepEqual([hash.index, hash.rank], [Number(h & 16383n), rank]);
    }),
  );
});

const someRegisters = fc
  .array(fc.tuple(fc.nat(registerCount - 1), fc.integer({ min: 1, max: 51 })), { maxLength: 3000 })
  .map((pairs) => {
    const registers = new Uint8Array(registerCount);
    for (const [i, value] of pairs) registers[i] = value;
    return registers;
  });

test('registers survive their representation, sparse or dense', () => {
  fc.assert(
    fc.property(someRegisters, (registers) => {
      const bytes = encodeRegisters(registers);
      assert.ok(isHyperLogLog(bytes, 0, bytes.length));
      const back = new Uint8Array(registerCount);
      assert.ok(mergeRegisters(back, bytes, 0, bytes.length));
      assert.deepEqual(back, registers);
      assert.ok(isDense(bytes, 0) || bytes.length <= 3000);
    }),
    { numRuns: runs(50) },
  );
});

test('registers of a dense set are written one by one', () => {
  const registers = new Uint8Array(registerCount).fill(40);
  const bytes = encodeRegisters(registers);
  for (const i of [0, 1, 2, 3, 4, 5, 8191, registerCount - 1]) {
    setDenseRegister(bytes, 0, i, 51);
    assert.equal(denseRegister(bytes, 0, i), 51);
    if (i > 0) assert.ok(denseRegister(bytes, 0, i - 1) >= 40);
  }
});

test('runs that end too early or too late are refused, and nothing is read beyond them', () => {
  const sound = encodeRegisters(new Uint8Array(registerCount));
  const registers = new Uint8Array(registerCount);
  for (const tail of [[], [0x7f], [0x7f, 0xff, 0], [0x80, 0x7f, 0xff]]) {
    const bytes = Uint8Array.from([...sound.subarray(0, 16), ...tail]);
    assert.equal(mergeRegisters(registers, bytes, 0, bytes.length), false, tail.join());
  }
});

test('the estimate is near the truth, and can be kept', () => {
  const hash = new ElementHash();
  const registers = new Uint8Array(registerCount);
  for (let i = 0; i < 100_000; i++) {
    const element = Buffer.from(`element ${i}`);
    hash.of(element, 0, element.length);
    registers[hash.index] = Math.max(registers[hash.index]!, hash.rank);
  }
  assert.ok(Math.abs(estimate(registers) - 100_000) < 3000);
  assert.equal(estimate(new Uint8Array(registerCount)), 0);
  const bytes = encodeRegisters(registers);
  assert.equal(cachedEstimate(bytes, 0), undefined);
  cacheEstimate(bytes, 0, 123_456);
  assert.equal(cachedEstimate(bytes, 0), 123_456);
  cacheEstimate(bytes, 0, undefined);
  assert.equal(cachedEstimate(bytes, 0), undefined);
});
