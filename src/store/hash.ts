// The keyed hash of the store: HalfSipHash-1-3 (Aumasson, Bernstein) over bytes, seeded at random, so that no client
// can choose keys that collide. 32-bit operations only, because those are what JavaScript has at full speed.
// It can be told which keys of a buffer will be asked for: these are hashed at once, so that the table can load what
// finding them will read, and are not hashed again when they are asked for.

import { viewOf } from '../base/runs.ts';

/** Keys that are expected at a time. */
export const expectedMax = 512;
/** Shorter keys are not worth a view. */
const viewedBytesMin = 8;
const int32Max = 0x7fffffff;

export class KeyHash {
  private k0: number;
  private k1: number;
  /** The hashes of the keys expected, in the order of their offsets. */
  readonly hashes = new Int32Array(expectedMax);
  expectedCount = 0;
  private readonly offsets = new Int32Array(expectedMax + 1).fill(int32Max);
  private readonly lengths = new Int32Array(expectedMax + 1);
  private expectedBuf: Uint8Array | undefined = undefined;
  private cursor = 0;

  /** `seed`: 64 random bits in two halves. */
  constructor(k0: number, k1: number) {
    this.k0 = k0 | 0;
    this.k1 = k1 | 0;
  }

  /** 64 bits in two halves: a secret of this node. */
  get seed(): readonly [number, number] {
    return [this.k0 >>> 0, this.k1 >>> 0];
  }

  /** Goes on with another seed: for when no hash is in use. */
  reseed([k0, k1]: readonly [number, number]): void {
    this.k0 = k0 | 0;
    this.k1 = k1 | 0;
  }

  /** The 32-bit hash of buf[offset .. offset + length) as a signed integer. */
  of(buf: Uint8Array, offset: number, length: number): number {
    if (buf === this.expectedBuf) {
      const { offsets } = this;
      let i = this.cursor;
      while (offsets[i]! < offset) i++;
      this.cursor = i;
      if (offsets[i] === offset && this.lengths[i] === length) return this.hashes[i]!;
    }
    return this.compute(buf, offset, length);
  }

  /**
   * Expects a key of `buf`, which must not change before `expectNone`: all are of one buffer, in the order of their
   * offsets. False where no more are taken.
   */
  expect(buf: Uint8Array, offset: number, length: number): boolean {
    const count = this.expectedCount;
    if (count === expectedMax) return false;
    this.expectedBuf = buf;
    this.offsets[count] = offset;
    this.lengths[count] = length;
    this.hashes[count] = this.compute(buf, offset, length);
    this.expectedCount = count + 1;
    return true;
  }

  /**
   * Keeps a place, in the order of offsets, for a key that will be expected if `confirm` says so: until then it costs
   * nothing. Returns its number, below 0 where no more are taken.
   */
  expectPerhaps(buf: Uint8Array, offset: number): number {
    const count = this.expectedCount;
    if (count === expectedMax) return -1;
    this.expectedBuf = buf;
    this.offsets[count] = offset;
    this.lengths[count] = -1;
    this.expectedCount = count + 1;
    return count;
  }

  /** Expects the key for which a place was kept, which is so long; returns its hash. */
  confirm(number: number, length: number): number {
    const hash = this.compute(this.expectedBuf!, this.offsets[number]!, length);
    this.lengths[number] = length;
    this.hashes[number] = hash;
    return hash;
  }

  /** Forgets the keys expected. */
  expectNone(): void {
    this.offsets.fill(int32Max, 0, this.expectedCount);
    this.expectedCount = 0;
    this.expectedBuf = undefined;
    this.cursor = 0;
  }

  private compute(buf: Uint8Array, offset: number, length: number): number {
    let v0 = this.k0;
    let v1 = this.k1;
    let v2 = this.k0 ^ 0x6c796765;
    let v3 = this.k1 ^ 0x74656462;
    const view = length >= viewedBytesMin ? viewOf(buf) : undefined;
    const whole = offset + (length & ~3);
    let p = offset;
    let m: number;
    for (;;) {
      const last = p >= whole;
      if (last) {
        m = length << 24;
        const rest = length & 3;
        if (rest > 0) m |= buf[p]!;
        if (rest > 1) m |= buf[p + 1]! << 8;
        if (rest > 2) m |= buf[p + 2]! << 16;
      } else if (view !== undefined) m = view.getInt32(p, true);
      else m = buf[p]! | (buf[p + 1]! << 8) | (buf[p + 2]! << 16) | (buf[p + 3]! << 24);
      p += 4;
      v3 ^= m;
      v0 = (v0 + v1) | 0;
      v1 = ((v1 << 5) | (v1 >>> 27)) ^ v0;
      v0 = (v0 << 16) | (v0 >>> 16);
      v2 = (v2 + v3) | 0;
      v3 = ((v3 << 8) | (v3 >>> 24)) ^ v2;
      v0 = (v0 + v3) | 0;
      v3 = ((v3 << 7) | (v3 >>> 25)) ^ v0;
      v2 = (v2 + v1) | 0;
      v1 = ((v1 << 13) | (v1 >>> 19)) ^ v2;
      v2 = (v2 << 16) | (v2 >>> 16);
      v0 ^= m;
      if (last) break;
    }
    v2 ^= 0xff;
    for (let i = 0; i < 3; i++) {
      v0 = (v0 + v1) | 0;
      v1 = ((v1 << 5) | (v1 >>> 27)) ^ v0;
      v0 = (v0 << 16) | (v0 >>> 16);
      v2 = (v2 + v3) | 0;
      v3 = ((v3 << 8) | (v3 >>> 24)) ^ v2;
      v0 = (v0 + v3) | 0;
      v3 = ((v3 << 7) | (v3 >>> 25)) ^ v0;
      v2 = (v2 + v1) | 0;
      v1 = ((v1 << 13) | (v1 >>> 19)) ^ v2;
      v2 = (v2 << 16) | (v2 >>> 16);
    }
    return v1 ^ v3;
  }
}
