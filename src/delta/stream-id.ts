// Ids of stream entries: two unsigned 64-bit integers, a time in ms and a sequence, exact, as four halves, because no
// number holds them. Ids are registers that are filled and used again. They know no streams.
import { digitCount, writeDigits } from '../base/digits.ts';

const two32 = 4294967296;
/** Below this upper half a number holds the whole exactly. */
const exactHi = 0x200000;
const halfMax = 0xffffffff;
/** Longer text is no id, whatever it holds. */
const textBytesMax = 127;
const dash = 45;
/** An id as the name of an element in deltas. */
export const idBytes = 16;

export class StreamId {
  msHi = 0;
  msLo = 0;
  seqHi = 0;
  seqLo = 0;

  set(msHi: number, msLo: number, seqHi: number, seqLo: number): this {
    this.msHi = msHi;
    this.msLo = msLo;
    this.seqHi = seqHi;
    this.seqLo = seqLo;
    return this;
  }

  copy(other: IdHalves): this {
    return this.set(other.msHi, other.msLo, other.seqHi, other.seqLo);
  }

  /** Safe integers. */
  setNumbers(ms: number, seq: number): this {
    return this.set(Math.floor(ms / two32), ms >>> 0, Math.floor(seq / two32), seq >>> 0);
  }

  setMax(): this {
    return this.set(halfMax, halfMax, halfMax, halfMax);
  }

  get isZero(): boolean {
    return this.msHi === 0 && this.msLo === 0 && this.seqHi === 0 && this.seqLo === 0;
  }

  get isMax(): boolean {
    return this.msHi === halfMax && this.msLo === halfMax && this.seqHi === halfMax && this.seqLo === halfMax;
  }

  compare(other: IdHalves): number {
    if (this.msHi !== other.msHi) return this.msHi < other.msHi ? -1 : 1;
    if (this.msLo !== other.msLo) return this.msLo < other.msLo ? -1 : 1;
    if (this.seqHi !== other.seqHi) return this.seqHi < other.seqHi ? -1 : 1;
    return this.seqLo === other.seqLo ? 0 : this.seqLo < other.seqLo ? -1 : 1;
  }

  /** The next id; false, and nothing changed, where there is none. */
  increment(): boolean {
    if (this.isMax) return false;
    if (this.seqLo < halfMax) this.seqLo += 1;
    else {
      this.seqLo = 0;
      if (this.seqHi < halfMax) this.seqHi += 1;
      else {
        this.seqHi = 0;
        this.msLo = this.msLo < halfMax ? this.msLo + 1 : 0;
        if (this.msLo === 0) this.msHi += 1;
      }
    }
    return true;
  }

  /** The id before; false, and nothing changed, where there is none. */
  decrement(): boolean {
    if (this.isZero) return false;
    if (this.seqLo > 0) this.seqLo -= 1;
    else {
      this.seqLo = halfMax;
      if (this.seqHi > 0) this.seqHi -= 1;
      else {
        this.seqHi = halfMax;
        this.msLo = this.msLo > 0 ? this.msLo - 1 : halfMax;
        if (this.msLo === halfMax) this.msHi -= 1;
      }
    }
    return true;
  }

  get text(): string {
    return `${u64Text(this.msHi, this.msLo)}-${u64Text(this.seqHi, this.seqLo)}`;
  }

  /** Reads the id from four words. */
  load(i32: Int32Array, w: number): this {
    return this.set(i32[w]! >>> 0, i32[w + 1]! >>> 0, i32[w + 2]! >>> 0, i32[w + 3]! >>> 0);
  }

  /** Writes the id to four words. */
  save(i32: Int32Array, w: number): void {
    i32[w] = this.msHi;
    i32[w + 1] = this.msLo;
    i32[w + 2] = this.seqHi;
    i32[w + 3] = this.seqLo;
  }

  /** Reads the id from 16 bytes, big-endian. */
  readBytes(bytes: Buffer, at: number): this {
    return this.set(
      bytes.readUInt32BE(at),
      bytes.readUInt32BE(at + 4),
      bytes.readUInt32BE(at + 8),
      bytes.readUInt32BE(at + 12),
    );
  }

  /** Writes the id as 16 bytes, big-endian, to the front of `out`. */
  writeBytes(out: Uint8Array): void {
    for (const [i, half] of [this.msHi, this.msLo, this.seqHi, this.seqLo].entries()) {
      out[4 * i] = half >>> 24;
      out[4 * i + 1] = half >>> 16;
      out[4 * i + 2] = half >>> 8;
      out[4 * i + 3] = half;
    }
  }

  /** Bytes of the text. */
  get textBytes(): number {
    rememberMs(this.msHi, this.msLo);
    return msTextBytes + 1 + u64Bytes(this.seqHi, this.seqLo);
  }

  /** Writes the text to out[at ..], which has room for as many bytes as `textBytes` says, and returns where it ends. */
  write(out: Uint8Array, at: number): number {
    rememberMs(this.msHi, this.msLo);
    const p = at + msTextBytes;
    for (let i = 0; i < msTextBytes; i++) out[at + i] = msText[i]!;
    out[p] = dash;
    return writeU64(this.seqHi, this.seqLo, out, p + 1);
  }

  /**
   * Reads `ms-seq` or `ms` alone, which stands for the sequence 0 or, with `isLast`, for the greatest one. False where
   * it is neither.
   */
  parse(bytes: Uint8Array, offset: number, length: number, isLast = false): boolean {
    const at = dashIn(bytes, offset, length);
    if (at < 0 || !this.parseMs(bytes, offset, at)) return false;
    if (at === length) {
      this.seqHi = isLast ? halfMax : 0;
      this.seqLo = isLast ? halfMax : 0;
      return true;
    }
    if (!parseU64(bytes, offset + at + 1, length - at - 1)) return false;
    this.seqHi = parsedHi;
    this.seqLo = parsedLo;
    return true;
  }

  /** Reads `ms-*`: the sequence is left as it is. */
  parseWithAnySequence(bytes: Uint8Array, offset: number, length: number): boolean {
    const at = dashIn(bytes, offset, length);
    if (at !== length - 2 || bytes[offset + length - 1] !== 42) return false;
    return this.parseMs(bytes, offset, at);
  }

  private parseMs(bytes: Uint8Array, offset: number, length: number): boolean {
    if (!parseU64(bytes, offset, length)) return false;
    this.msHi = parsedHi;
    this.msLo = parsedLo;
    return true;
  }
}

/** What has the halves of an id. */
export interface IdHalves {
  readonly msHi: number;
  readonly msLo: number;
  readonly seqHi: number;
  readonly seqLo: number;
}

/** Where the dash is, `length` where there is none; -1 where the text is too long for an id. */
function dashIn(bytes: Uint8Array, offset: number, length: number): number {
  if (length === 0 || length > textBytesMax) return -1;
  for (let i = 0; i < length; i++) if (bytes[offset + i] === dash) return i;
  return length;
}

let parsedHi = 0;
let parsedLo = 0;

/** Reads an unsigned 64-bit integer, as strtoull does, into `parsedHi` and `parsedLo`. */
function parseU64(bytes: Uint8Array, offset: number, length: number): boolean {
  let hi = 0;
  let lo = 0;
  const end = offset + length;
  let from = offset;
  while (from < end && (bytes[from] === 32 || (bytes[from]! >= 9 && bytes[from]! <= 13))) from += 1;
  if (bytes[from] === 43) from += 1;
  if (from >= end) return false;
  for (let i = from; i < end; i++) {
    const d = bytes[i]! - 48;
    if (d < 0 || d > 9) return false;
    lo = lo * 10 + d;
    const carry = Math.floor(lo / two32);
    lo -= carry * two32;
    hi = hi * 10 + carry;
    if (hi > halfMax) return false;
  }
  parsedHi = hi;
  parsedLo = lo;
  return true;
}

/** The decimal text of an unsigned 64-bit integer. */
function u64Text(hi: number, lo: number): string {
  return hi < exactHi ? String(hi * two32 + lo) : String((BigInt(hi) << 32n) | BigInt(lo));
}

/** The time of the id that was written last, as text: ids that follow one another often share theirs. */
const msText = new Uint8Array(20);
let msTextBytes = 0;
let msTextHi = -1;
let msTextLo = 0;

function rememberMs(hi: number, lo: number): void {
  if (lo === msTextLo && hi === msTextHi) return;
  msTextBytes = writeU64(hi, lo, msText, 0);
  msTextHi = hi;
  msTextLo = lo;
}

function u64Bytes(hi: number, lo: number): number {
  return hi < exactHi ? digitCount(hi * two32 + lo) : u64Text(hi, lo).length;
}

function writeU64(hi: number, lo: number, out: Uint8Array, at: number): number {
  const end = at + u64Bytes(hi, lo);
  if (hi < exactHi) writeDigits(hi * two32 + lo, out, end);
  else {
    const text = u64Text(hi, lo);
    for (let i = 0; i < text.length; i++) out[at + i] = text.charCodeAt(i);
  }
  return end;
}
