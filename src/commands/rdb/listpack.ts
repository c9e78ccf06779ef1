// Reads and writes listpacks, the packed form in which Redis 7 keeps small collections and dumps them. Bytes come from
// outside: what does not hold together throws MalformedRdb, and nothing is read beyond the end. It knows no types of
// values.
//
//   u32 bytes in all, u16 elements (65535 = count them), elements, 255
//   element   0nnnnnnn integer | 10llllll string | 110nnnnn n integer of 13 bits | 1110llll l string
//             11110000 u32 string | 11110001 to 11110100 integer of 16, 24, 32, 64 bits;  then its own length, 1 to 5 bytes
import { parseInt64, parseSafeInt } from '../../store/number.ts';
import { MalformedRdb } from './rdb-reader.ts';

const headerBytes = 6;
const end = 255;
/** Of a 64-bit integer, its sign too. */
const digitsMax = 20;
/** Head and length of an element, and the end. */
const overheadBytes = 16;

/** All elements, one after the other; strings are views of the input. What is malformed throws where it is come to. */
export function* readListpack(pack: Buffer): Generator<Buffer, void, void> {
  const reader = new ListpackReader(pack);
  while (!reader.isAtEnd) yield reader.string();
  reader.end();
}

/** Reads the elements of a listpack one after the other. */
export class ListpackReader {
  private readonly pack: Buffer;
  private p = headerBytes;
  private count = 0;
  /** The element that was read last: an integer, or a range of the pack. */
  private number: number | bigint | undefined;
  private textAt = 0;
  private textLength = 0;

  constructor(pack: Buffer) {
    this.pack = pack;
    if (
      pack.length < headerBytes + 1 ||
      pack.readUInt32LE(0) !== pack.length ||
      pack[pack.length - 1] !== end
    ) {
      throw new MalformedRdb('no listpack');
    }
  }

  get isAtEnd(): boolean {
    return this.pack[this.p] === end;
  }

  /** Bytes that are left: there are no more elements than that. */
  get left(): number {
    return this.pack.length - this.p;
  }

  /** The next element as bytes: a view of the pack where it is a string. */
  string(): Buffer {
    this.next();
    const { pack, number, textAt, textLength } = this;
    return number === undefined ? pack.subarray(textAt, textAt + textLength) : Buffer.from(String(number));
  }

  /** The next element as an integer, which it must be, or say. */
  integer(): number | bigint {
    this.next();
    const { pack, number, textAt, textLength } = this;
    const value = number ?? parseInt64(pack, textAt, textLength);
    if (value === undefined) throw new MalformedRdb('no number in a listpack');
    return value;
  }

  /** There must be no more elements, and as many as the pack says. */
  end(): void {
    const { pack, p, count } = this;
    if (p !== pack.length - 1) throw new MalformedRdb('a listpack ends early');
    const stated = pack.readUInt16LE(4);
    if (stated !== 65_535 && stated !== count) throw new MalformedRdb('a listpack has another count');
  }

  private next(): void {
    const { pack, p } = this;
    const first = pack[p]!;
    const second = pack[p + 1]!;
    let length: number;
    if (first < 128) length = this.take(first, 1);
    else if (first < 0xc0) length = this.takeText(1, first & 63);
    else if (first < 0xe0) length = this.take(((((first & 31) << 8) | second) << 19) >> 19, 2);
    else if (first < 0xf0) length = this.takeText(2, ((first & 15) << 8) | second);
    else length = this.takeWide(first);
    this.p = p + length + backLengthBytes(length);
    if (this.p >= pack.length) throw new MalformedRdb('a listpack is cut short');
    this.count += 1;
  }

  private takeWide(first: number): number {
    const { pack, p } = this;
    const bytes = [4, 2, 3, 4, 8][first - 0xf0];
    if (bytes === undefined || p + 1 + bytes >= pack.length)
      throw new MalformedRdb('no such element in a listpack');
    if (first === 0xf0) return this.takeText(5, pack.readUInt32LE(p + 1));
    return this.take(bytes === 8 ? pack.readBigInt64LE(p + 1) : pack.readIntLE(p + 1, bytes), 1 + bytes);
  }

  private take(value: number | bigint, length: number): number {
    this.number = value;
    return length;
  }

  private takeText(head: number, bytes: number): number {
    const { pack, p } = this;
    if (p + head + bytes >= pack.length) throw new MalformedRdb('a string in a listpack is cut short');
    this.number = undefined;
    this.textAt = p + head;
    this.textLength = bytes;
    return head + bytes;
  }
}

function backLengthBytes(length: number): number {
  if (length < 128) return 1;
  if (length < 16_384) return 2;
  if (length < 2_097_152) return 3;
  return length < 268_435_456 ? 4 : 5;
}

/** Writes one listpack after the other into a buffer that grows; canonical 64-bit integers are written as such. */
export class ListpackWriter {
  private buf = Buffer.allocUnsafe(8192);
  private pos = headerBytes;
  private count = 0;

  begin(): void {
    this.pos = headerBytes;
    this.count = 0;
  }

  /** Ends the listpack and returns it, valid until the next begins. */
  finish(): Buffer {
    this.ensure(1);
    this.buf[this.pos++] = end;
    this.buf.writeUInt32LE(this.pos);
    this.buf.writeUInt16LE(Math.min(65_535, this.count), 4);
    return this.buf.subarray(0, this.pos);
  }

  string(bytes: Uint8Array, offset: number, length: number): void {
    if (length <= digitsMax) {
      const small = parseSafeInt(bytes, offset, length);
      if (small !== undefined) {
        this.integer(small);
        return;
      }
      const large = parseInt64(bytes, offset, length);
      if (large !== undefined) {
        this.bigInteger(large);
        return;
      }
    }
    this.ensure(length + overheadBytes);
    const { buf } = this;
    const from = this.pos;
    let p = from;
    if (length < 64) buf[p++] = 0x80 | length;
    else if (length < 4096) {
      buf[p++] = 0xe0 | (length >> 8);
      buf[p++] = length & 255;
    } else {
      buf[p++] = 0xf0;
      p = buf.writeUInt32LE(length, p);
    }
    for (let i = 0; i < length; i++) buf[p++] = bytes[offset + i]!;
    this.close(from, p);
  }

  /** A safe integer. */
  integer(value: number): void {
    this.ensure(overheadBytes);
    const { buf } = this;
    const from = this.pos;
    let p = from;
    if (value >= 0 && value < 128) buf[p++] = value;
    else if (value >= -4096 && value < 4096) {
      buf[p++] = 0xc0 | ((value & 0x1fff) >> 8);
      buf[p++] = value & 255;
    } else {
      const m = value < 0 ? -1 - value : value;
      const bytes = m < 2 ** 15 ? 2 : m < 2 ** 23 ? 3 : m < 2 ** 31 ? 4 : 8;
      if (bytes === 8) {
        this.bigInteger(BigInt(value));
        return;
      }
      buf[p++] = 0xef + bytes;
      p = buf.writeIntLE(value, p, bytes);
    }
    this.close(from, p);
  }

  private bigInteger(value: bigint): void {
    this.ensure(overheadBytes);
    const from = this.pos;
    this.buf[from] = 0xf4;
    this.close(from, this.buf.writeBigInt64LE(value, from + 1));
  }

  /**
   * Writes the length of an element behind it: groups of seven bits, the highest first, all but that with the upper
   * bit.
   */
  private close(from: number, to: number): void {
    const length = to - from;
    const bytes = backLengthBytes(length);
    for (let i = bytes - 1, rest = length; i >= 0; i--, rest >>>= 7)
      this.buf[to + i] = (rest & 127) | (i > 0 ? 128 : 0);
    this.pos = to + bytes;
    this.count += 1;
  }

  private ensure(bytes: number): void {
    if (this.pos + bytes <= this.buf.length) return;
    const grown = Buffer.allocUnsafe(Math.max(this.pos + bytes, this.buf.length * 2));
    this.buf.copy(grown, 0, 0, this.pos);
    this.buf = grown;
  }
}
