// LZ4 blocks (the format of lz4.org's block description) with a dictionary, written for values of some hundred bytes: a
// call costs less than the way into a native library, and the search goes as deep as asked. Input and dictionary lie in
// one buffer, the dictionary first, so a match is a match wherever it is; output of the decoder likewise. Pure: it
// knows no store. Whatever the decoder is given, it writes only between the bounds it is given and says whether all was
// well.
//
//   sequence   u8 literals (4 bits) | match length - 4 (4 bits), each 15 = more follows in bytes of 255 and a last one
//              literals; u16 distance back, little-endian.  The last sequence has literals only.

const matchBytesMin = 4;
/** A match may not begin within the last 12 bytes, nor end within the last 5. */
const lastMatchStart = 12;
const lastLiterals = 5;
const distanceMax = 65_535;
const hashBits = 13;
const hashSize = 1 << hashBits;
/** After this many positions without a match the search takes larger steps. */
const skipShift = 6;
/** Positions noted are kept apart from those of earlier runs by a rising base; here it starts over. */
const baseMax = 0x3fffffff;

function hashAt(buf: Uint8Array, p: number): number {
  const word = buf[p]! | (buf[p + 1]! << 8) | (buf[p + 2]! << 16) | (buf[p + 3]! << 24);
  return Math.imul(word, 0x9e3779b1) >>> (32 - hashBits);
}

/** A dictionary made ready for searching: for each hash its last place, and for each place the one before. */
export class DictionaryIndex {
  readonly bytes: Uint8Array;
  /** Position + 1; 0 = none. */
  readonly heads = new Uint16Array(hashSize);
  readonly previous: Uint16Array;

  /** `bytes`: at most 32 KiB. */
  constructor(bytes: Uint8Array) {
    this.bytes = bytes;
    this.previous = new Uint16Array(bytes.length);
    for (let p = 0; p + matchBytesMin <= bytes.length; p++) {
      const h = hashAt(bytes, p);
      this.previous[p] = this.heads[h]!;
      this.heads[h] = p + 1;
    }
  }
}

export class BlockEncoder {
  private readonly heads = new Int32Array(hashSize);
  private previous = new Int32Array(0);
  private base = 0;
  private matchLength = 0;
  private matchAt = 0;
  /** From where on bytes were left for the sequence after those of the last part. */
  anchor = 0;

  /**
   * Compresses buf[start .. end) into `out` from 0 on. buf[0 .. start) is the dictionary, which `index` describes.
   * `attempts`: places compared for each position; above 1 the next position is also tried before a match is taken.
   * Returns the length, or 0 where it would be more than `outMax`.
   */
  encode(
    buf: Uint8Array,
    start: number,
    end: number,
    index: DictionaryIndex | undefined,
    attempts: number,
    out: Uint8Array,
    outMax: number,
  ): number {
    const at = this.part(buf, start, start, end, index, attempts, out, 0, outMax);
    return at < 0 ? 0 : this.rest(buf, this.anchor, end, out, at, outMax);
  }

  /**
   * Compresses a part of what is to be one block: the sequences of buf[start .. end), with the bytes from `from` on
   * that the part before it left, into `out` from `outFrom` on. Bytes that follow the last match are left, from
   * `this.anchor` on. Returns the new end of the output, below 0 where it would be more than `outMax`.
   */
  part(
    buf: Uint8Array,
    from: number,
    start: number,
    end: number,
    index: DictionaryIndex | undefined,
    attempts: number,
    out: Uint8Array,
    outFrom: number,
    outMax: number,
  ): number {
    this.begin(end - start);
    const limit = end - lastMatchStart;
    let anchor = from;
    let at = outFrom;
    let misses = 0;
    for (let p = start; p <= limit; ) {
      this.find(buf, p, start, end, index, attempts);
      this.note(buf, p, start);
      if (this.matchLength < matchBytesMin) {
        p += 1 + (attempts > 1 ? 0 : misses++ >> skipShift);
        continue;
      }
      misses = 0;
      let length = this.matchLength;
      let { matchAt } = this;
      if (attempts > 1) {
        while (p + 1 <= limit) {
          this.find(buf, p + 1, start, end, index, attempts);
          if (this.matchLength <= length) break;
          p += 1;
          this.note(buf, p, start);
          length = this.matchLength;
          matchAt = this.matchAt;
        }
      }
      while (p > anchor && matchAt > 0 && buf[p - 1] === buf[matchAt - 1]) {
        p -= 1;
        matchAt -= 1;
        length += 1;
      }
      at = writeSequence(buf, anchor, p, p - matchAt, length, out, at, outMax);
      if (at === 0) return -1;
      const next = p + length;
      // Every place inside a match is worth knowing where the search goes deep; else the last ones are.
      for (let q = attempts > 1 ? p + 1 : Math.max(p + 1, next - 2); q < next && q <= limit; q++)
        this.note(buf, q, start);
      p = next;
      anchor = p;
    }
    this.anchor = anchor;
    return at;
  }

  /** Ends the block of which parts were compressed: what they left. Returns as `encode`. */
  rest(buf: Uint8Array, from: number, end: number, out: Uint8Array, at: number, outMax: number): number {
    return writeSequence(buf, from, end, 0, 0, out, at, outMax);
  }

  private begin(length: number): void {
    if (this.base + length >= baseMax) {
      this.heads.fill(0);
      this.base = 0;
    }
    this.base += this.previous.length;
    if (this.previous.length < length) this.previous = new Int32Array(Math.max(1024, length));
    this.base += 1;
  }

  private note(buf: Uint8Array, p: number, start: number): void {
    const h = hashAt(buf, p);
    this.previous[p - start] = this.heads[h]!;
    this.heads[h] = p - start + this.base;
  }

  /** Leaves the longest match for position `p` in matchLength and matchAt. */
  private find(
    buf: Uint8Array,
    p: number,
    start: number,
    end: number,
    index: DictionaryIndex | undefined,
    attempts: number,
  ): void {
    const h = hashAt(buf, p);
    const matchEnd = end - lastLiterals;
    let best = 0;
    let bestAt = 0;
    let left = attempts;
    for (let c = this.heads[h]! - this.base; c >= 0 && left > 0; left--) {
      const q = c + start;
      if (p - q > distanceMax) break;
      if (q < p) {
        const length = matchLengthAt(buf, q, p, matchEnd);
        if (length > best) {
          best = length;
          bestAt = q;
        }
      }
      c = this.previous[c]! - this.base;
    }
    if (index !== undefined) {
      for (let q = index.heads[h]! - 1; q >= 0 && left > 0; left--) {
        if (p - q > distanceMax) break;
        const length = matchLengthAt(buf, q, p, matchEnd);
        if (length > best) {
          best = length;
          bestAt = q;
        }
        q = index.previous[q]! - 1;
      }
    }
    this.matchLength = best;
    this.matchAt = bestAt;
  }
}

function matchLengthAt(buf: Uint8Array, q: number, p: number, end: number): number {
  let n = 0;
  while (p + n < end && buf[q + n] === buf[p + n]) n += 1;
  return n;
}

/** Writes literals and, where `length` is not 0, a match. Returns the new end, 0 where it does not fit. */
function writeSequence(
  buf: Uint8Array,
  from: number,
  until: number,
  distance: number,
  length: number,
  out: Uint8Array,
  start: number,
  outMax: number,
): number {
  const literals = until - from;
  const more = length - matchBytesMin;
  let at = start;
  const need = 1 + literals + literals / 255 + (length > 0 ? 3 + more / 255 : 0) + 1;
  if (at + need > outMax) return 0;
  out[at++] = (Math.min(literals, 15) << 4) | (length > 0 ? Math.min(more, 15) : 0);
  if (literals >= 15) {
    let rest = literals - 15;
    for (; rest >= 255; rest -= 255) out[at++] = 255;
    out[at++] = rest;
  }
  if (literals < 32) for (let i = from; i < until; i++) out[at++] = buf[i]!;
  else {
    out.set(buf.subarray(from, until), at);
    at += literals;
  }
  if (length === 0) return at;
  out[at++] = distance & 255;
  out[at++] = distance >> 8;
  if (more >= 15) {
    let rest = more - 15;
    for (; rest >= 255; rest -= 255) out[at++] = 255;
    out[at++] = rest;
  }
  return at;
}

/**
 * Decodes src[from .. until) into out[start .. end), which it must fill exactly; out[0 .. start) is the dictionary.
 * False where the block is malformed; nothing outside the bounds is read or written.
 */
export function decodeBlock(
  src: Uint8Array,
  from: number,
  until: number,
  out: Uint8Array,
  start: number,
  end: number,
): boolean {
  let p = from;
  let at = start;
  while (p < until) {
    const token = src[p++]!;
    let literals = token >> 4;
    if (literals === 15) {
      for (let more = 255; more === 255; literals += more) {
        if (p >= until) return false;
        more = src[p++]!;
      }
    }
    if (literals > until - p || literals > end - at) return false;
    if (literals < 32) for (let i = 0; i < literals; i++) out[at++] = src[p++]!;
    else {
      out.set(src.subarray(p, p + literals), at);
      at += literals;
      p += literals;
    }
    if (p === until) return at === end;
    if (p + 2 > until) return false;
    const distance = src[p]! | (src[p + 1]! << 8);
    p += 2;
    let length = (token & 15) + matchBytesMin;
    if ((token & 15) === 15) {
      for (let more = 255; more === 255; length += more) {
        if (p >= until) return false;
        more = src[p++]!;
      }
    }
    if (distance === 0 || distance > at || length > end - at) return false;
    if (length >= 32 && distance >= length) {
      out.copyWithin(at, at - distance, at - distance + length);
      at += length;
    } else for (let i = 0; i < length; i++, at++) out[at] = out[at - distance]!;
  }
  return false;
}
