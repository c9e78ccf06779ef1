// The keyed hash of the store: HalfSipHash-1-3 (Aumasson, Bernstein) over bytes, seeded anew in each process, so that
// no client can choose keys that collide. 32-bit operations only, because those are what JavaScript has at full speed.

export class KeyHash {
  private readonly k0: number;
  private readonly k1: number;

  /** `seed`: 64 random bits in two halves. */
  constructor(k0: number, k1: number) {
    this.k0 = k0 | 0;
    this.k1 = k1 | 0;
  }

  /** The 32-bit hash of buf[offset .. offset + length) as a signed integer. */
  of(buf: Uint8Array, offset: number, length: number): number {
    let v0 = this.k0;
    let v1 = this.k1;
    let v2 = this.k0 ^ 0x6c796765;
    let v3 = this.k1 ^ 0x74656462;
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
      } else m = buf[p]! | (buf[p + 1]! << 8) | (buf[p + 2]! << 16) | (buf[p + 3]! << 24);
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
