// Reads the parts that values in RDB form are made of. Bytes come from outside, so every length is checked against what
// is there before anything is made for it, and a malformed part throws MalformedRdb. It knows no types and no keys.
//
//   length   00llllll | 01llllll llllllll | 10000000 u32 big-endian | 10000001 u64 big-endian
//   string   length, bytes | 11000000 i8 | 11000001 i16 | 11000010 i32 | 11000011 length length LZF (lzf.ts)
import { bulkBytesMax } from '../../delta/kinds.ts';
import { decodeLzf } from './lzf.ts';

/** What was read is no RDB. */
export class MalformedRdb extends Error {}

export class RdbReader {
  private readonly buf: Buffer;
  private pos: number;
  private readonly end: number;

  constructor(buf: Buffer, start: number, end: number) {
    this.buf = buf;
    this.pos = start;
    this.end = end;
  }

  get isAtEnd(): boolean {
    return this.pos === this.end;
  }

  u8(): number {
    return this.buf[this.take(1)]!;
  }

  double(): number {
    return this.buf.readDoubleLE(this.take(8));
  }

  u64(): bigint {
    return this.buf.readBigUInt64LE(this.take(8));
  }

  /** So many bytes as Latin-1. */
  text(bytes: number): string {
    const at = this.take(bytes);
    return this.buf.toString('latin1', at, at + bytes);
  }

  /** A length or count; `max`: the most that can be meant. */
  length(max = bulkBytesMax): number {
    const first = this.u8();
    if (first >> 6 === 3) throw new MalformedRdb('a length is encoded as a string');
    return this.plainLength(first, max);
  }

  /** A count of parts that take `bytesMin` each at least. */
  count(bytesMin = 1): number {
    return this.length(Math.floor((this.end - this.pos) / bytesMin));
  }

  /** An unsigned 64-bit number in the form of a length, as upper and lower half. */
  length64(): readonly [hi: number, lo: number] {
    const first = this.u8();
    if (first === 0x81) {
      const at = this.take(8);
      return [this.buf.readUInt32BE(at), this.buf.readUInt32BE(at + 4)];
    }
    if (first >> 6 === 3) throw new MalformedRdb('a length is encoded as a string');
    return [0, this.plainLength(first, 0xffffffff)];
  }

  /** A view of so many bytes as they are. */
  raw(bytes: number): Buffer {
    const at = this.take(bytes);
    return this.buf.subarray(at, at + bytes);
  }

  private plainLength(first: number, max: number): number {
    let value: number;
    if (first >> 6 === 0) value = first;
    else if (first >> 6 === 1) value = ((first & 63) << 8) | this.u8();
    else if (first === 0x80) value = this.buf.readUInt32BE(this.take(4));
    else if (first === 0x81) value = Number(this.buf.readBigUInt64BE(this.take(8)));
    else throw new MalformedRdb('no such form of length');
    if (value > max) throw new MalformedRdb('a length is beyond what is there');
    return value;
  }

  /** A string: a view of the input where it is plain. */
  string(): Buffer {
    const first = this.u8();
    if (first >> 6 !== 3) {
      const length = this.plainLength(first, bulkBytesMax);
      const at = this.take(length);
      return this.buf.subarray(at, at + length);
    }
    switch (first & 63) {
      case 0:
        return Buffer.from(String(this.buf.readInt8(this.take(1))));
      case 1:
        return Buffer.from(String(this.buf.readInt16LE(this.take(2))));
      case 2:
        return Buffer.from(String(this.buf.readInt32LE(this.take(4))));
      case 3:
        return this.compressed();
      default:
        throw new MalformedRdb('no such form of string');
    }
  }

  /** Strings one after the other, behind their count. */
  *strings(): Generator<Buffer, void, void> {
    for (let n = this.count(); n > 0; n--) yield this.string();
  }

  private compressed(): Buffer {
    const packedLength = this.length();
    const plainLength = this.length();
    const at = this.take(packedLength);
    const plain = decodeLzf(this.buf.subarray(at, at + packedLength), plainLength);
    if (plain === undefined) throw new MalformedRdb('a compressed string is damaged');
    return plain;
  }

  private take(bytes: number): number {
    const at = this.pos;
    if (bytes > this.end - at) throw new MalformedRdb('cut short');
    this.pos = at + bytes;
    return at;
  }
}
