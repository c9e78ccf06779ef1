// Writes the parts that values in RDB form are made of: type bytes, lengths, strings, doubles. The buffer grows as
// needed. It knows no types and no keys; rdb-reader.ts is its counterpart and has the layout.
import { isCanonicalInt } from '../../store/number.ts';

/** That of Redis 7.0; strings have been the same since version 6. */
const versionOfRedis7 = 10;

export class RdbWriter {
  /** The version of the format that a reader must know. */
  version = versionOfRedis7;
  private buf = Buffer.allocUnsafe(256);
  private pos = 0;

  /** What was written. */
  bytes(): Buffer {
    return this.buf.subarray(0, this.pos);
  }

  u8(value: number): void {
    this.ensure(1);
    this.buf[this.pos++] = value;
  }

  u16(value: number): void {
    this.ensure(2);
    this.pos = this.buf.writeUInt16LE(value, this.pos);
  }

  u64(value: bigint): void {
    this.ensure(8);
    this.pos = this.buf.writeBigUInt64LE(value, this.pos);
  }

  /** A double as eight bytes, little-endian. */
  double(value: number): void {
    this.ensure(8);
    this.pos = this.buf.writeDoubleLE(value, this.pos);
  }

  length(value: number): void {
    this.ensure(9);
    if (value < 64) this.buf[this.pos++] = value;
    else if (value < 16_384) this.pos = this.buf.writeUInt16BE(0x4000 | value, this.pos);
    else if (value > 0xffff_ffff) {
      this.buf[this.pos++] = 0x81;
      this.pos = this.buf.writeBigUInt64BE(BigInt(value), this.pos);
    } else {
      this.buf[this.pos++] = 0x80;
      this.pos = this.buf.writeUInt32BE(value, this.pos);
    }
  }

  /** An unsigned 64-bit number in halves, in the form of a length. */
  length64(hi: number, lo: number): void {
    if (hi < 0x200000) {
      this.length(hi * 4294967296 + lo);
      return;
    }
    this.u8(0x81);
    this.ensure(8);
    this.pos = this.buf.writeUInt32BE(hi, this.pos);
    this.pos = this.buf.writeUInt32BE(lo, this.pos);
  }

  /** Bytes as they are. */
  raw(bytes: Uint8Array): void {
    this.ensure(bytes.length);
    this.buf.set(bytes, this.pos);
    this.pos += bytes.length;
  }

  /** A string; a small integer as such. */
  string(bytes: Uint8Array, offset: number, length: number): void {
    if (length <= 11 && isCanonicalInt(bytes, offset, length)) {
      const text = Buffer.from(bytes.buffer, bytes.byteOffset + offset, length).toString('latin1');
      if (this.integer(Number(text))) return;
    }
    this.length(length);
    this.ensure(length);
    this.buf.set(bytes.subarray(offset, offset + length), this.pos);
    this.pos += length;
  }

  /** An integer of 8, 16 or 32 bits in place of a string; false where it needs more. */
  private integer(value: number): boolean {
    const bytes =
      value === (value << 24) >> 24 ? 1 : value === (value << 16) >> 16 ? 2 : value === (value | 0) ? 4 : 0;
    if (bytes === 0) return false;
    this.u8(0xc0 | (bytes >> 1));
    this.ensure(4);
    this.pos = this.buf.writeIntLE(value, this.pos, bytes);
    return true;
  }

  private ensure(bytes: number): void {
    if (this.pos + bytes <= this.buf.length) return;
    const grown = Buffer.allocUnsafe(Math.max(this.pos + bytes, this.buf.length * 2));
    this.buf.copy(grown, 0, 0, this.pos);
    this.buf = grown;
  }
}
