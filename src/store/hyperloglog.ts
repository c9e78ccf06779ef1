// HyperLogLog sets (Flajolet et al. 2007, estimated as Ertl 2017): the representation that Redis keeps in a string, so
// that payloads can travel between the two, its registers, and the estimate. Pure: it knows bytes, no keys, no arena.
//
//   0   "HYLL"
//   4   u8   0 dense, 1 sparse; 3 bytes 0
//   8   u64  the last estimate, little-endian; the highest bit set = not valid
//   16  dense   16,384 registers of 6 bits, the first in the lowest bits of the first byte
//       sparse  runs:  00nnnnnn n + 1 zeros | 01nnnnnn nnnnnnnn n + 1 zeros | 1vvvvvnn n + 1 times v + 1
//
// A register holds the longest run of zeros, plus one, of the hashes that fell on it; a union is the maximum of each.

export const registerCount = 16_384;
const indexBits = 14;
const rankMax = 64 - indexBits + 1;
const headerBytes = 16;
const denseBytes = headerBytes + (registerCount * 6) / 8;
/** Longer sparse forms become dense, as with Redis's default hll-sparse-max-bytes. */
const sparseBytesMax = 3000;
const sparseValueMax = 32;
const dense = 0;
const sparse = 1;
const magic = [0x48, 0x59, 0x4c, 0x4c];
const hashSeed = 0xadc83b19;

/**
 * Whether the bytes look like a set: magic, form and, where dense, length. The runs of a sparse one may still be bad.
 */
export function isHyperLogLog(bytes: Uint8Array, offset: number, length: number): boolean {
  if (length < headerBytes) return false;
  for (let i = 0; i < 4; i++) if (bytes[offset + i] !== magic[i]) return false;
  const form = bytes[offset + 4]!;
  return form === sparse || (form === dense && length === denseBytes);
}

export function isDense(bytes: Uint8Array, offset: number): boolean {
  return bytes[offset + 4] === dense;
}

/** The register of a dense set. */
export function denseRegister(bytes: Uint8Array, offset: number, index: number): number {
  const bit = index * 6;
  const at = offset + headerBytes + (bit >> 3);
  const shift = bit & 7;
  const low = bytes[at]! >> shift;
  return (shift > 2 ? low | (bytes[at + 1]! << (8 - shift)) : low) & 63;
}

/** Writes a register of a dense set. */
export function setDenseRegister(bytes: Uint8Array, offset: number, index: number, value: number): void {
  const bit = index * 6;
  const at = offset + headerBytes + (bit >> 3);
  const shift = bit & 7;
  bytes[at] = (bytes[at]! & ~(63 << shift)) | (value << shift);
  if (shift > 2) bytes[at + 1] = (bytes[at + 1]! & ~(63 >> (8 - shift))) | (value >> (8 - shift));
}

/** Raises `registers` to those of a set; false where its runs do not make up exactly all registers. */
export function mergeRegisters(
  registers: Uint8Array,
  bytes: Uint8Array,
  offset: number,
  length: number,
): boolean {
  if (isDense(bytes, offset)) {
    for (let i = 0; i < registerCount; i++) {
      const value = denseRegister(bytes, offset, i);
      if (value > registers[i]!) registers[i] = value;
    }
    return true;
  }
  let index = 0;
  const end = offset + length;
  for (let p = offset + headerBytes; p < end; p++) {
    const op = bytes[p]!;
    if (op >= 128) {
      const value = ((op >> 2) & 31) + 1;
      const until = index + (op & 3) + 1;
      if (until > registerCount) return false;
      for (; index < until; index++) if (value > registers[index]!) registers[index] = value;
    } else if (op < 64) index += op + 1;
    else {
      if (++p >= end) return false;
      index += (((op & 63) << 8) | bytes[p]!) + 1;
    }
  }
  return index === registerCount;
}

const sparseScratch = new Uint8Array(sparseBytesMax);

/** The set of these registers, sparse where that is possible; its estimate is marked as not valid. */
export function encodeRegisters(registers: Uint8Array): Uint8Array {
  const length = encodeSparse(registers);
  const out = new Uint8Array(length > 0 ? length : denseBytes);
  if (length > 0) out.set(sparseScratch.subarray(headerBytes, length), headerBytes);
  else for (let i = 0; i < registerCount; i++) setDenseRegister(out, 0, i, registers[i]!);
  out.set(magic);
  out[4] = length > 0 ? sparse : dense;
  out[15] = 128;
  return out;
}

/** Writes the sparse runs into the scratch; returns the whole length, 0 where the set must be dense. */
function encodeSparse(registers: Uint8Array): number {
  let p = headerBytes;
  for (let i = 0; i < registerCount; ) {
    const value = registers[i]!;
    if (value > sparseValueMax || p + 2 > sparseBytesMax) return 0;
    let run = 1;
    const runMax = value === 0 ? registerCount : 4;
    while (run < runMax && i + run < registerCount && registers[i + run] === value) run += 1;
    if (value > 0) sparseScratch[p++] = 128 | ((value - 1) << 2) | (run - 1);
    else if (run <= 64) sparseScratch[p++] = run - 1;
    else {
      sparseScratch[p++] = 64 | ((run - 1) >> 8);
      sparseScratch[p++] = (run - 1) & 255;
    }
    i += run;
  }
  return p;
}

/** The estimate that a set carries, or undefined where it is not valid. */
export function cachedEstimate(bytes: Uint8Array, offset: number): number | undefined {
  if ((bytes[offset + 15]! & 128) !== 0) return undefined;
  let value = 0;
  for (let i = 15; i >= 8; i--) value = value * 256 + bytes[offset + i]!;
  return Number.isSafeInteger(value) ? value : undefined;
}

/** Writes the estimate into a set; undefined: marks it as not valid. */
export function cacheEstimate(bytes: Uint8Array, offset: number, estimate: number | undefined): void {
  let rest = estimate ?? 0;
  for (let i = 8; i < 16; i++) {
    bytes[offset + i] = rest % 256;
    rest = Math.floor(rest / 256);
  }
  if (estimate === undefined) bytes[offset + 15] = 128;
}

/** How many different things were counted (Ertl 2017, algorithm 6). */
export function estimate(registers: Uint8Array): number {
  const histogram = new Int32Array(64);
  for (let i = 0; i < registerCount; i++) histogram[registers[i]! & 63]! += 1;
  const m = registerCount;
  let z = m * tau((m - histogram[rankMax]!) / m);
  for (let rank = rankMax - 1; rank >= 1; rank--) z = (z + histogram[rank]!) * 0.5;
  z += m * sigma(histogram[0]! / m);
  return Math.round(((0.5 / Math.LN2) * m * m) / z);
}

function sigma(from: number): number {
  if (from === 1) return Number.POSITIVE_INFINITY;
  let x = from;
  let y = 1;
  let z = x;
  for (let before = Number.NaN; z !== before; ) {
    before = z;
    x *= x;
    z += x * y;
    y += y;
  }
  return z;
}

function tau(from: number): number {
  if (from === 0 || from === 1) return 0;
  let x = from;
  let y = 1;
  let z = 1 - x;
  for (let before = Number.NaN; z !== before; ) {
    before = z;
    x = Math.sqrt(x);
    y *= 0.5;
    z -= (1 - x) ** 2 * y;
  }
  return z / 3;
}

/** Where an element falls, from its MurmurHash64A under Redis's seed, so that sets of both can be united. */
export class ElementHash {
  /** The register, and the value that the element gives it. */
  index = 0;
  rank = 0;
  private hi = 0;
  private lo = 0;

  /** Hashes bytes[offset .. offset + length) into `index` and `rank`. */
  of(bytes: Uint8Array, offset: number, length: number): void {
    this.hi = 0;
    this.lo = hashSeed;
    this.mix(Math.floor(length / 0x100000000), length | 0, false);
    const whole = offset + (length & ~7);
    let p = offset;
    for (; p < whole; p += 8) this.mix(wordAt(bytes, p + 4), wordAt(bytes, p), true);
    const rest = length & 7;
    if (rest > 0) {
      let lo = 0;
      let hi = 0;
      for (let i = rest - 1; i >= 0; i--) {
        if (i >= 4) hi |= bytes[p + i]! << ((i - 4) * 8);
        else lo |= bytes[p + i]! << (i * 8);
      }
      this.hi ^= hi;
      this.lo ^= lo;
      this.multiply();
    }
    this.fold();
    this.multiply();
    this.fold();
    this.index = this.lo & (registerCount - 1);
    const low = (this.lo >>> indexBits) | (this.hi << (32 - indexBits));
    const high = (this.hi >>> indexBits) | (1 << (64 - indexBits - 32));
    this.rank = low !== 0 ? 32 - Math.clz32(low & -low) : 64 - Math.clz32(high & -high);
  }

  /** hash ^= k, where k is mixed first; then times m. The length goes in by `seed ^ length * m`, which is the rest. */
  private mix(hi: number, lo: number, isBlock: boolean): void {
    const beforeHi = this.hi;
    const beforeLo = this.lo;
    this.hi = hi;
    this.lo = lo;
    this.multiply();
    if (isBlock) {
      this.fold();
      this.multiply();
    }
    this.hi ^= beforeHi;
    this.lo ^= beforeLo;
    if (isBlock) this.multiply();
  }

  /** h ^= h >> 47. */
  private fold(): void {
    this.lo ^= this.hi >>> 15;
  }

  /** h *= m, modulo 2^64. */
  private multiply(): void {
    const { hi, lo } = this;
    const a0 = lo & 0xffff;
    const a1 = lo >>> 16;
    const p00 = a0 * 0xe995;
    const p01 = a0 * 0x5bd1;
    const p10 = a1 * 0xe995;
    const middle = (p00 >>> 16) + (p01 & 0xffff) + (p10 & 0xffff);
    const upper = a1 * 0x5bd1 + (p01 >>> 16) + (p10 >>> 16) + (middle >>> 16);
    this.lo = (middle << 16) | (p00 & 0xffff);
    this.hi = (upper + Math.imul(lo, 0xc6a4a793 | 0) + Math.imul(hi, 0x5bd1e995)) | 0;
  }
}

function wordAt(bytes: Uint8Array, p: number): number {
  return bytes[p]! | (bytes[p + 1]! << 8) | (bytes[p + 2]! << 16) | (bytes[p + 3]! << 24);
}
